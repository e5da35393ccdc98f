"""One published list: its publicity, the objections to it, and the final verification of the people it names."""
