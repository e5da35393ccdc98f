"""Settings that every process reads from the environment (`RESIDENCY_*`)."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Settings common to all processes; a service adds its own in `services/<service>/settings.py`.

    Raises pydantic's ValidationError, which `residency` prints as one line per field, when a value is wrong.
    """

    model_config = SettingsConfigDict(env_prefix="RESIDENCY_", frozen=True, extra="ignore")

    log_format: Literal["json", "console"] = "json"
    """How log lines look."""
    trace_file: Path | None = None
    """File that receives finished spans as JSON lines; none when unset."""
    trace_share: float = Field(default=1.0, ge=0.0, le=1.0)
    """Share of the traces begun in this process that are recorded; one begun elsewhere is kept as was decided there."""
    otlp_endpoint: str = ""
    """Base URL of an OTLP/HTTP collector; no export when empty."""
    metrics_port: int = 0
    """Port of `/metrics`, `/livez` and `/readyz`; 0 takes a free one."""
    grpc_port: int = 0
    """Port of the gRPC server; 0 takes a free one."""
    machine_secret: SecretStr = SecretStr("")
    """This process's secret for a machine token."""
    identity_address: str = "127.0.0.1:7001"
    """host:port of identity."""
    enrollment_address: str = "127.0.0.1:7002"
    """host:port of enrollment."""
    faculty_address: str = "127.0.0.1:7003"
    """host:port of faculty."""
    notify_address: str = "127.0.0.1:7004"
    """host:port of notify."""
    nats_url: str = "nats://127.0.0.1:4222"
    """URL of NATS."""
    temporal_address: str = "127.0.0.1:7233"
    """host:port of Temporal's frontend."""
    temporal_namespace: str = "residency"
    """Temporal namespace."""
    database_url: SecretStr = SecretStr("")
    """`postgresql://user:password@host:port/database` of this service's own database."""
    data_dir: Path | None = None
    """Directory of the embedded stack; unset elsewhere."""
    keys_json: SecretStr = SecretStr("")
    """The key document of this service's vault (`services/kit/vault.py`)."""
    keys_file: Path | None = None
    """File holding the key document. With neither, `data_dir` holds one that is made on the first start."""
    objects_url: str = ""
    """Where this service keeps files: `file:///folder` or `s3://bucket/prefix`; the bucket's credentials, region and
    endpoint are `AWS_…`. A folder of its own in `data_dir` when empty."""
    seal_seconds: float = Field(default=60.0, gt=0)
    """Pause between two rounds of sealing the audit."""
    seals_dir: Path | None = None
    """Folder of the seals' copy outside the database; `seals` in `data_dir` when unset."""
