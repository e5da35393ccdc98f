"""Faculty's own settings beside what every process has."""

from __future__ import annotations

from services.kit.settings import Settings


class FacultySettings(Settings):
    """What faculty reads from the environment."""

    public_url: str = ""
    """Where people reach the portal; printed in the QR code of certificates. Empty: the code alone is printed."""
