"""Settings of notify: the common ones are enough."""

from __future__ import annotations

from services.kit.settings import Settings


class NotifySettings(Settings):
    """What notify reads from the environment."""
