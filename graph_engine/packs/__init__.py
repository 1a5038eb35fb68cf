"""Where node types come from: packs, found, listed, and loaded when they are needed."""
