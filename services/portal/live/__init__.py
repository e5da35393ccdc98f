"""Pages that follow what happens: facts heard as hints, and what is told or pushed to the open streams."""
