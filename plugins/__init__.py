"""Bundled packs, each shaped exactly as a third party would ship one (see README.md)."""
