"""What identity needs from outside: somebody who sends text messages, somebody who knows real names."""
