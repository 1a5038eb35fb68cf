"""What authors of packs write: nodes, inputs, outputs, value types, and how annotations are read."""
