"""Settings of faculty: the common ones are enough."""

from __future__ import annotations

from services.kit.settings import Settings


class FacultySettings(Settings):
    """What faculty reads from the environment."""
