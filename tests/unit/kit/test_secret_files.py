"""OPS-11, OPS-18: secrets given as files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from services.identity.handlers.machines import MachineSecrets
from services.identity.settings import IdentitySettings
from services.kit import secret_files
from services.kit.settings import Settings
from services.notify.settings import NotifySettings


def replace(file: Path, content: str) -> None:
    """As a mounted secret changes: another file under the same name."""
    draft = file.with_suffix(".new")
    draft.write_text(content, encoding="utf-8")
    draft.replace(file)


def test_ops_10_a_secret_is_what_its_file_holds_now(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "database_url"
    replace(file, "postgresql://a:1@h/d\n")
    monkeypatch.setenv("RESIDENCY_DATABASE_URL_FILE", str(file))
    secret = Settings().database_url
    assert secret.get_secret_value() == "postgresql://a:1@h/d"
    assert "a:1" not in f"{secret} {secret!r}"
    replace(file, "postgresql://b:2@h/d\n")
    assert secret.get_secret_value() == "postgresql://b:2@h/d"


def test_ops_10_a_file_that_goes_or_is_emptied_leaves_the_former_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "secret"
    replace(file, "first")
    monkeypatch.setenv("RESIDENCY_MACHINE_SECRET_FILE", str(file))
    secret = Settings().machine_secret
    file.unlink()
    assert secret.get_secret_value() == "first"
    replace(file, "\n")
    assert secret.get_secret_value() == "first"
    replace(file, "second")
    assert secret.get_secret_value() == "second"


@pytest.mark.parametrize(
    ("content", "also", "words"),
    [
        ("from the file", "from the environment", "given twice"),
        ("", "", "is empty"),
        (None, "", "No such file"),
    ],
)
def test_ops_10_given_twice_or_not_readable_stops_the_start_and_names_the_setting(
    content: str | None, also: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "secret"
    if content is not None:
        replace(file, content)
    monkeypatch.setenv("RESIDENCY_SMTP_PASSWORD_FILE", str(file))
    if also:
        monkeypatch.setenv("RESIDENCY_SMTP_PASSWORD", also)
    with pytest.raises(ValidationError) as caught:
        NotifySettings()
    (problem,) = caught.value.errors()
    assert problem["loc"] == ("smtp_password",)
    assert words in problem["msg"]
    assert "from the" not in str(caught.value)


def test_ops_10_every_secret_of_every_process_has_its_file() -> None:
    assert {"RESIDENCY_DATABASE_URL_FILE", "RESIDENCY_NATS_CREDENTIALS_FILE"} <= secret_files.variables(Settings).keys()
    assert secret_files.variables(NotifySettings)["RESIDENCY_WEBHOOK_SECRET_FILE"] == "webhook_secret"
    assert "RESIDENCY_KEYS_JSON_FILE" not in secret_files.variables(Settings)


def test_ops_11_machine_secrets_of_a_file_are_read_anew_and_may_be_two(tmp_path: Path) -> None:
    file = tmp_path / "machines"
    replace(file, json.dumps({"worker": "old", "operator": "his"}))
    secrets = MachineSecrets(IdentitySettings(machine_secrets_file=file))
    assert secrets.of("worker") == ["old"]
    replace(file, json.dumps({"worker": ["old", "new"], "operator": "his"}))
    assert secrets.of("worker") == ["old", "new"]
    replace(file, "no document")
    assert (secrets.of("worker"), secrets.of("nobody")) == (["old", "new"], [])
    replace(file, json.dumps({"worker": "new"}))
    assert (secrets.of("worker"), secrets.of("operator")) == (["new"], [])


def test_ops_11_machine_secrets_given_twice_stop_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RESIDENCY_MACHINE_SECRETS", json.dumps({"worker": "one"}))
    with pytest.raises(ValidationError, match="keep one, not both"):
        IdentitySettings(machine_secrets_file=tmp_path / "machines")
