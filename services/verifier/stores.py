"""Where what the verifier reads is: databases, NATS, Temporal, seals, and on one machine its files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from services.kit.nats_login import NatsLogin
from services.kit.settings import Settings


@dataclass(frozen=True, slots=True)
class Stores:
    """The stores of one deployment. The verifier only reads them: roles that may only read are enough.

    What is None is not looked at.
    """

    databases: Mapping[str, str] = field(repr=False)
    """Service → URL of its database."""
    nats: NatsLogin | None = None
    settings: Settings | None = field(default=None, repr=False)
    """Where Temporal is, and by which certificate it is reached."""
    files: Path | None = None
    """The data directory of a stack on this machine, with its logs and the servers' own files; None for another."""
    metrics_urls: Callable[[], Sequence[str]] = field(default=lambda: ())
    """Of every process that is there now."""
    seals: Path | None = None
    """The folder with the seals' copy outside the databases."""
    trusted: Callable[[str], frozenset[str]] = field(default=lambda _service: frozenset())
    """Service → public keys whose seals of its audit count; raises DomainError where there are none."""
