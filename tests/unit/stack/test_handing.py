"""OPS-17: the embedded stack hands credentials to its processes as files."""

from __future__ import annotations

from pathlib import Path

from services.stack import handing

TOLD = {
    "RESIDENCY_DATABASE_URL": "postgresql://owner:word@h/d",
    "RESIDENCY_NATS_URL": "nats://residency:word@h:4222",
    "RESIDENCY_MACHINE_SECRET": "its own",
    "RESIDENCY_GRPC_PORT": "7001",
}


def test_ops_17_no_credential_stands_in_the_environment_of_a_process(tmp_path: Path) -> None:
    handed = handing.as_files(tmp_path, "notify", TOLD)
    assert handed == {
        "RESIDENCY_NATS_URL": "nats://h:4222",
        "RESIDENCY_GRPC_PORT": "7001",
        **{
            f"RESIDENCY_{name}_FILE": str(tmp_path / "secrets" / "notify" / name.lower())
            for name in ("DATABASE_URL", "NATS_CREDENTIALS", "MACHINE_SECRET")
        },
    }
    assert handing.file(tmp_path, "notify", "NATS_CREDENTIALS").read_text() == "residency:word"
    for file in (tmp_path / "secrets" / "notify").iterdir():
        assert file.stat().st_mode & 0o077 == 0


def test_ops_17_credentials_of_a_broker_from_outside_are_left_as_they_are(tmp_path: Path) -> None:
    outside = {**TOLD, "RESIDENCY_NATS_CREDENTIALS_FILE": "/run/nats"}
    handed = handing.as_files(tmp_path, "portal", outside)
    assert handed["RESIDENCY_NATS_CREDENTIALS_FILE"] == "/run/nats"
    assert handed["RESIDENCY_NATS_URL"] == TOLD["RESIDENCY_NATS_URL"]
