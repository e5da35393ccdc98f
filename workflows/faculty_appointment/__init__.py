"""One appointment of a teacher: its term, its yearly review, its end."""
