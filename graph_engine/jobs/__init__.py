"""Durable jobs: a queue in SQLite that loses nothing, and the rules by which it moves."""
