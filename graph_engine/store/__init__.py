"""What the engine keeps on disk: values by content, what nodes computed, artifacts."""
