"""Faculty's use cases, one file a concern."""
