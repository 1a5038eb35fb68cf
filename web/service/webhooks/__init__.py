"""Webhooks: what becomes of jobs, told to addresses that people named; signed, durable, at least once."""
