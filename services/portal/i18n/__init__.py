"""Words of the pages, by language."""
