"""Settings of identity only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator

from services.kit.settings import Settings


class IdentitySettings(Settings):
    """What identity reads from the environment beside the common settings.

    Without keys (`keys_json`, `keys_file` or `data_dir`) identity refuses to start: tokens and sealed numbers would
    not survive it.
    """

    machine_secrets: Mapping[str, SecretStr | list[SecretStr]] = Field(default_factory=dict)
    """Secret of each machine by name (JSON object), or a list of them while one follows another; a machine without one
    cannot sign in."""
    machine_secrets_file: Path | None = None
    """File holding them instead; read anew when it has changed."""
    token_life: timedelta = Field(default=timedelta(minutes=10), le=timedelta(minutes=10))
    """How long a person's access token is good for; services remember ended sessions for a little over ten minutes."""
    machine_token_life: timedelta = timedelta(minutes=30)
    """How long a machine's token is good for."""
    argon2_memory_kib: int = Field(default=46 * 1024, ge=8 * 1024)
    """Memory of one password hash in KiB; below 46 MiB is for tests only."""
    sign_in_queue: int = Field(default=64, ge=1)
    """Sign-ins that may wait for the two hashing threads; more are turned away at once. About as many as are hashed
    within the five seconds that a caller waits: what comes later would be hashed for nobody."""
    public_url: str = "http://localhost"
    """Base URL under which people reach the portal: passkeys are bound to its name. On localhost any port counts."""
    texts_adapter: Literal["sandbox", "http"] | None = None
    """Who sends text messages; unset means the sandbox on an embedded stack, and no start anywhere else."""
    texts_address: str = ""
    """URL of the gateway that sends text messages (`docs/adapters.md`)."""
    texts_key: SecretStr = SecretStr("")
    """Its bearer key."""
    texts_timeout: timedelta = timedelta(seconds=4)
    """How long it may take to answer."""
    texts_per_day: int = Field(default=20_000, ge=1)
    """Codes the province pays for from one midnight to the next (Asia/Shanghai); no more are sent that day."""
    texts_per_hour_and_address: int = Field(default=20, ge=1)
    """Codes that one network address may have sent within an hour."""
    real_name_adapter: Literal["sandbox", "http"] | None = None
    """Who confirms that a name and a document belong together; unset as for `texts_adapter`."""
    real_name_address: str = ""
    """URL of the real-name register (`docs/adapters.md`)."""
    real_name_key: SecretStr = SecretStr("")
    """Its bearer key."""
    real_name_timeout: timedelta = timedelta(seconds=4)
    """How long it may take to answer."""
    retention: timedelta = Field(default=timedelta(days=3 * 365), ge=timedelta(days=180))
    """How long after a person was last seen their account is erased by `EraseExpired`."""

    @model_validator(mode="after")
    def _secrets_once(self) -> Self:
        if self.machine_secrets and self.machine_secrets_file is not None:
            raise ValueError("RESIDENCY_MACHINE_SECRETS and RESIDENCY_MACHINE_SECRETS_FILE: keep one, not both")
        return self

    def contradictions(self) -> list[str]:
        """OPS-25: also a clock that may be wrong for longer than a token lives."""
        lines = super().contradictions()
        shortest = min(self.token_life, self.machine_token_life).total_seconds()
        if self.clock_skew_seconds >= shortest:
            lines.append(
                f"RESIDENCY_CLOCK_SKEW_SECONDS is {self.clock_skew_seconds:g}: tokens, which live for {shortest:g} s "
                "(RESIDENCY_TOKEN_LIFE, RESIDENCY_MACHINE_TOKEN_LIFE), would be refused before a wrong clock is told"
            )
        return lines
