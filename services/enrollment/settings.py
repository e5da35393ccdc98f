"""Enrollment's own settings beside what every process has."""

from __future__ import annotations

from services.kit.settings import Settings


class EnrollmentSettings(Settings):
    """Settings of the enrollment process."""

    database_pool_size: int = 8
    """Connections of the fast lane; the unit of work has as many again. More commands at once than that get into each
    other's way: with 16, two cores did a fifth less for 64 clients (`tests/bench/decision.py`)."""
