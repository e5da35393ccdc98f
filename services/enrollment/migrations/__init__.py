"""The revisions of enrollment's database."""
