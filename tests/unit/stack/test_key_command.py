"""OPS-83: `residency keys new|rotate`: a document is made once and changes as a whole; only its owner reads it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from services.cli import main
from services.identity import keys
from services.kit import vault


def residency(*arguments: str) -> Result:
    return CliRunner().invoke(main.build(list(arguments)), arguments)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    vault.write_once(tmp_path / "identity-keys.json", json.dumps(keys.generate()))
    vault.write_once(tmp_path / "notify-keys.json", json.dumps(vault.generate()))
    return tmp_path


def document(data: Path, service: str = "identity") -> Any:
    return json.loads(vault.file_in(data, service).read_text())


def test_a_fresh_signing_key_stands_beside_the_former_one_which_gets_an_end(data: Path) -> None:
    before = document(data)
    told = residency("keys", "rotate", "signing", "--data", str(data), "--json")
    assert told.exit_code == 0, told.output
    after = document(data)
    assert [key["kid"] for key in after["signing"]] == [before["signing"][0]["kid"], json.loads(told.stdout)["key"]]
    assert after["signing"][0]["until"] > after["signing"][1]["from"]
    assert after["sealing"] == before["sealing"]
    assert vault.file_in(data, "identity").stat().st_mode & 0o777 == 0o600
    assert sorted(file.name for file in data.iterdir()) == ["identity-keys.json", "notify-keys.json"]


def test_a_leaked_signing_key_goes_at_once(data: Path) -> None:
    leaked = document(data)["signing"][0]["kid"]
    assert residency("keys", "rotate", "signing", "--leaked", "--data", str(data)).exit_code == 0
    assert leaked not in [key["kid"] for key in document(data)["signing"]]


def test_a_fresh_sealing_key_seals_and_the_former_one_stays_to_read_with(data: Path) -> None:
    told = residency("keys", "rotate", "sealing", "--service", "notify", "--data", str(data))
    assert "fresh sealing key k2" in told.output
    assert document(data, "notify")["sealing"]["current"] == "k2"
    assert set(document(data, "notify")["sealing"]["keys"]) == {"k1", "k2"}


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("signing", "--service", "notify"), 2, "no signing keys of 'notify'"),
        (("colours",), 2, "no colours keys"),
        (("sealing", "--service", "faculty"), 4, "faculty-keys.json"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(data: Path, arguments: tuple[str, ...], code: int, words: str) -> None:
    told = residency("keys", "rotate", *arguments, "--data", str(data))
    assert told.exit_code == code
    assert words in told.output


def test_a_damaged_document_is_left_as_it_is(data: Path) -> None:
    file = vault.file_in(data, "notify")
    file.write_text('{"sealing": {}}')
    assert residency("keys", "rotate", "sealing", "--service", "notify", "--data", str(data)).exit_code == 2
    assert file.read_text() == '{"sealing": {}}'


@pytest.mark.parametrize("service", ["identity", "enrollment", "faculty", "notify"])
def test_ops_83_a_fresh_document_is_one_that_the_service_starts_with(tmp_path: Path, service: str) -> None:
    file = tmp_path / "keys.json"
    told = residency("keys", "new", "--service", service, "--file", str(file))
    assert told.exit_code == 0, told.output
    made = json.loads(file.read_text())
    vault.parse(made)
    vault.audit_key(made)
    if service == "identity":
        keys.parse(made)
    assert file.stat().st_mode & 0o777 == 0o600
    assert json.loads(residency("keys", "new", "--service", service).stdout) != made
    again = residency("keys", "new", "--service", service, "--file", str(file))
    assert (again.exit_code, json.loads(file.read_text())) == (5, made)


def test_ops_83_only_services_that_seal_have_keys() -> None:
    told = residency("keys", "new", "--service", "portal")
    assert (told.exit_code, "'portal' has no keys" in told.output) == (2, True)
