"""The command line: one module a command group, each command one call. See `main.py` for how they are found."""
