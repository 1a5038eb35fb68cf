"""Documents and their form: the model, reading, saving, comparing, the interface, sweeps."""
