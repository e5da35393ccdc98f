"""One registration batch of teaching faculty: it opens, reminds of what is owed, and ends what nobody decided."""
