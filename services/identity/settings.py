"""Settings of identity only."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from pydantic import Field, SecretStr

from services.kit.settings import Settings


class IdentitySettings(Settings):
    """What identity reads from the environment beside the common settings.

    Keys come from `keys_json` or `keys_file` (one JSON document, see `keys.py`). With neither, `data_dir` holds a
    key file that is made on the first start: the embedded stack's way. With none of the three identity refuses to
    start, because tokens and sealed numbers would not survive it.
    """

    data_dir: Path | None = None
    """Directory of the embedded stack; unset elsewhere."""
    keys_json: SecretStr = SecretStr("")
    """The key document itself."""
    keys_file: Path | None = None
    """File holding the key document."""
    machine_secrets: dict[str, SecretStr] = Field(default_factory=dict)
    """Secret of each machine by name (JSON object); a machine without one cannot sign in."""
    token_life: timedelta = timedelta(hours=12)
    """How long a token is good for."""
    argon2_memory_kib: int = Field(default=46 * 1024, ge=8 * 1024)
    """Memory of one password hash in KiB; below 46 MiB is for tests only."""
    sign_in_queue: int = Field(default=256, ge=1)
    """Sign-ins that may wait for the two hashing threads; more are turned away at once."""
    public_url: str = "http://localhost"
    """Base URL under which people reach the portal: passkeys are bound to its name. On localhost any port counts."""
