"""Settings that every process reads from the environment (`RESIDENCY_*`)."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from services.kit import environment
from services.kit.secret_files import SecretFiles


class Settings(BaseSettings):
    """Settings common to all processes; a service adds its own in `services/<service>/settings.py`.

    A secret may also be given as a file, `RESIDENCY_<NAME>_FILE` (`services/kit/secret_files.py`). Raises pydantic's
    ValidationError, which `residency` prints as one line per field, when a value is wrong.
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
    """URL of NATS, `nats://host:port`."""
    nats_credentials: SecretStr = SecretStr("")
    """`user:password` of NATS, or a token; those in `nats_url`, if any, when empty."""
    temporal_address: str = "127.0.0.1:7233"
    """host:port of Temporal's frontend."""
    temporal_namespace: str = "residency"
    """Temporal namespace."""
    temporal_tls_dir: Path | None = None
    """Folder with `ca.crt`, and `tls.crt` and `tls.key` where Temporal asks for a certificate; TLS when set."""
    temporal_api_key: SecretStr = SecretStr("")
    """API key of a hosted Temporal; none when empty."""
    nats_tls_dir: Path | None = None
    """Folder with NATS's `ca.crt`, and `tls.crt` and `tls.key` where it asks for a certificate; TLS when set."""
    stream_replicas: int = Field(default=1, ge=1, le=5)
    """Copies of each JetStream stream and consumer: 3 on a cluster of three."""
    tls_dir: Path | None = None
    """Folder with `tls.crt`, `tls.key` and `ca.crt`, as cert-manager writes them: mutual TLS between the services when
    set; read anew when a file changes."""
    drain_seconds: float = Field(default=0.0, ge=0.0, le=60.0)
    """How long after SIGTERM the process still serves while it says that it is not ready: as long as those who send it
    work need to notice."""
    clock_skew_seconds: float = Field(default=30.0, gt=0.0)
    """The process is not ready while its clock is further than this from its database's, or NATS's without one."""
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

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, files of secrets, the environment."""
        return init_settings, SecretFiles(settings_cls), env_settings

    def contradictions(self) -> list[str]:
        """OPS-25: a line for every two settings that cannot both be meant, and for a folder that lacks its files.

        A service with settings of its own adds to it. The process does not start while there is one.
        """
        lines = []
        if self.keys_json.get_secret_value() and self.keys_file is not None:
            lines.append(environment.both("RESIDENCY_KEYS_JSON", "RESIDENCY_KEYS_FILE"))
        if self.grpc_port and self.grpc_port == self.metrics_port:
            lines.append(f"RESIDENCY_GRPC_PORT and RESIDENCY_METRICS_PORT are both {self.grpc_port}")
        if self.objects_url.startswith("file:") and self.stream_replicas > 1:
            lines.append(
                "RESIDENCY_OBJECTS_URL is a folder, and RESIDENCY_STREAM_REPLICAS says that this is a cluster: "
                "name a bucket, which all replicas see"
            )
        if self.temporal_api_key.get_secret_value() and self.temporal_tls_dir is None:
            lines.append("RESIDENCY_TEMPORAL_API_KEY would travel in the clear: set RESIDENCY_TEMPORAL_TLS_DIR")
        lines += environment.folder_problems("RESIDENCY_TLS_DIR", self.tls_dir, mutual=True)
        lines += environment.folder_problems("RESIDENCY_NATS_TLS_DIR", self.nats_tls_dir, mutual=False)
        lines += environment.folder_problems("RESIDENCY_TEMPORAL_TLS_DIR", self.temporal_tls_dir, mutual=False)
        return lines
