"""One base in one review round: hears the decisions of its staff, reminds them, and closes the round's books."""
