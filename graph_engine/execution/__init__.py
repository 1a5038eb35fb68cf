"""From a checked document to results: compile, walk, plan, execute."""
