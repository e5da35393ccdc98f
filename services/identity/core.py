"""What every use case of identity works with."""

from __future__ import annotations

from dataclasses import dataclass

from services.identity.passwords import Passwords
from services.identity.settings import IdentitySettings
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.vault import Vault


@dataclass(frozen=True, slots=True)
class Core:
    """Handed to every handler."""

    database: Database
    vault: Vault
    passwords: Passwords
    clock: Clock
    settings: IdentitySettings
