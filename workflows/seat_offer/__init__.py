"""One freed seat: offered down its waiting list, one after the other, until it is taken or the list ends."""
