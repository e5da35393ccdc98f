"""What can stand in the way of a start, said in one line."""

from __future__ import annotations


class StackProblem(Exception):
    """The stack cannot start for a reason its user can mend; the message is one line and says how. Exit code 2."""


class StackFailure(Exception):
    """A part of the stack would not become ready; the message is one line and names the log. Exit code 1."""
