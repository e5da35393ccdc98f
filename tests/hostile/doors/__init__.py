"""The doors, one module each; `ALL` is the order in which they are gone through."""

from __future__ import annotations

from importlib import import_module

from tests.hostile.door import Door

ALL = (
    *("grpc", "rest", "documents", "pages", "uploads", "imports", "identity", "calendars"),
    *("events", "workflows", "exports", "paper"),
)


def door(name: str) -> Door:
    """The door called `name`, not yet opened."""
    made: Door = import_module(f"tests.hostile.doors.{name}").door()
    return made
