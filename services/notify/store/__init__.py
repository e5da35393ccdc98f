"""Notify's own tables and the queries over them."""
