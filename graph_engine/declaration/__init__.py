"""What authors of packs write: nodes, their inputs and outputs, value types, packs; and what a run offers."""
