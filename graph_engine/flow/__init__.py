"""Control flow as structure: nodes that take a definition of the document as their body."""
