"""OPS-87, OPS-89: in a cluster a command speaks with what is mounted, and looks for no stack on the machine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.cli import asking, main, mounted_urls
from services.kit import audit_chain, vault
from services.kit.domain import DomainError, Kind
from services.kit.seal_copy import SealCopy
from services.kit.settings import Settings
from services.verifier import audits


async def told(settings: Settings) -> tuple[str, str]:
    return settings.machine_secret.get_secret_value(), settings.identity_address


def test_ops_87_a_mounted_secret_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "machine_secret").write_text("from-a-file\n")
    monkeypatch.delenv("RESIDENCY_MACHINE_SECRET", raising=False)
    monkeypatch.setenv("RESIDENCY_MACHINE_SECRET_FILE", str(tmp_path / "machine_secret"))
    monkeypatch.setenv("RESIDENCY_IDENTITY_ADDRESS", "dns:///residency-identity:7000")
    assert asking.as_process(tmp_path, "operator", told) == ("from-a-file", "dns:///residency-identity:7000")


def test_ops_87_without_a_secret_there_must_be_a_stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for suffix in ("", "_FILE"):
        monkeypatch.delenv(f"RESIDENCY_MACHINE_SECRET{suffix}", raising=False)
    with pytest.raises(DomainError, match="residency up"):
        asking.as_process(tmp_path, "operator", told)


def test_ops_89_a_mounted_url_is_where_commands_look_for_it(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("postgresql://from-a-file\n")
    environment = {
        "RESIDENCY_NOTIFY_DATABASE_URL_FILE": str(tmp_path / "url"),
        "RESIDENCY_FACULTY_DATABASE_URL_FILE": str(tmp_path / "url"),
        "RESIDENCY_FACULTY_DATABASE_URL": "postgresql://said",
    }
    mounted_urls.take(environment)
    assert environment["RESIDENCY_NOTIFY_DATABASE_URL"] == "postgresql://from-a-file"
    assert environment["RESIDENCY_FACULTY_DATABASE_URL"] == "postgresql://said"
    assert "RESIDENCY_IDENTITY_DATABASE_URL" not in environment


def test_ops_89_a_file_that_is_not_there_is_said_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        mounted_urls.take({"RESIDENCY_NOTIFY_DATABASE_URL_FILE": str(tmp_path / "none")})
    assert ended.value.code == 2
    assert "RESIDENCY_NOTIFY_DATABASE_URL_FILE: cannot read" in capsys.readouterr().err


def test_ops_87_reconcile_says_where_it_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise DomainError(Kind.UNAUTHENTICATED, "BAD_MACHINE", "机器身份验证失败。")

    monkeypatch.setattr(asking, "as_process", refused)
    arguments = ["reconcile", "--data", str(tmp_path)]
    told = CliRunner().invoke(main.build(arguments), arguments)
    assert isinstance(told.exception, DomainError)
    assert "where the workflows process is" in told.exception.message


def test_ops_89_in_a_pod_of_a_service_its_own_keys_are_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "keys"
    document = vault.generate()
    file.write_text(json.dumps(document))
    monkeypatch.setenv("RESIDENCY_KEYS_FILE", str(file))
    nowhere = SealCopy(tmp_path / "none", "enrollment")
    trusted = audits.trusted("enrollment", nowhere, tmp_path / "no-stack", own=True)
    assert trusted == {audit_chain.public_key(vault.audit_key(document))}
    with pytest.raises(DomainError, match="no key to check"):
        audits.trusted("enrollment", nowhere, tmp_path / "no-stack", own=False)
