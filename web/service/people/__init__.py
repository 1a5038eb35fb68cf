"""People: their tokens and sessions, what each may use up, and the log of what each changed."""
