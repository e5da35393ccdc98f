"""Identifiers: random, ordered by time, safe in URLs and logs."""

from __future__ import annotations

from uuid_utils import uuid7


def new_id() -> str:
    """A fresh UUID version 7 as text."""
    return str(uuid7())
