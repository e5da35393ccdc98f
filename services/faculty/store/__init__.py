"""Faculty's tables, and the queries over them: what they get runs inside the caller's unit of work."""
