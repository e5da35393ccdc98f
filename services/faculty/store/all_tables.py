"""Every table of faculty on one METADATA, for who compares them with the migrations."""

from __future__ import annotations

from services.faculty.store import (
    appointment_tables,
    assignment_tables,
    batch_tables,
    paper_tables,
    roster_tables,
    rotation_tables,
    standing_tables,
)
from services.faculty.store.tables import METADATA

__all__ = [
    "METADATA",
    "appointment_tables",
    "assignment_tables",
    "batch_tables",
    "paper_tables",
    "roster_tables",
    "rotation_tables",
    "standing_tables",
]
