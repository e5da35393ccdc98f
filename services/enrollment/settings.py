"""Enrollment's own settings: none beside what every process has, so far."""

from __future__ import annotations

from services.kit.settings import Settings


class EnrollmentSettings(Settings):
    """Settings of the enrollment process."""

    database_pool_size: int = 16
    """Connections of the fast lane; the unit of work has as many again."""
