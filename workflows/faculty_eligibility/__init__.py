"""Once a day: tells those who asked that the day on which they qualify has come."""
