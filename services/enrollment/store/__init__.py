"""Enrollment's tables: what is read for a command, the one guarded write, and the queries beside it."""
