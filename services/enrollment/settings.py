"""Enrollment's own settings beside what every process has."""

from __future__ import annotations

from services.kit.settings import Settings


class EnrollmentSettings(Settings):
    """Settings of the enrollment process."""

    public_url: str = ""
    """Where people reach the portal; printed in the QR code of forms. Empty: the code alone is printed."""
    database_pool_size: int = 8
    """Connections of the fast lane; the unit of work has as many again. On two cores
    more of them did not get more done (`tests/bench/decision.py`); a larger machine may want more."""
