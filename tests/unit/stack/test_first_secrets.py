"""OPS-88: `residency secrets` makes what the chart mounts and the servers ask for, and it fits together."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from typer.testing import CliRunner, Result

from services.cli import main
from services.drills.ground import environment
from services.identity import keys
from services.identity.domain.roles import MACHINES
from services.kit import vault
from services.stack.processes import machine
from tests.support import pages
from tests.support.pages import ROOT

DEPLOY = ROOT / "deploy"


def residency(*arguments: str) -> Result:
    return CliRunner().invoke(main.build(list(arguments)), arguments)


@pytest.fixture
def made(tmp_path: Path) -> dict[str, dict[str, dict[str, str]]]:
    folder = tmp_path / "made"
    told = residency("secrets", str(folder))
    assert told.exit_code == 0, told.output
    assert not [file for file in folder.rglob("*") if file.stat().st_mode & 0o077], "only the owner reads them"
    return {
        part.name: {
            secret.name: {key.name: key.read_text(encoding="utf-8") for key in secret.iterdir()}
            for secret in part.iterdir()
        }
        for part in folder.iterdir()
    }


def test_ops_88_every_secret_that_the_chart_mounts_is_made(made: Any) -> None:
    processes: dict[str, Any] = yaml.safe_load((DEPLOY / "chart" / "processes.yaml").read_text(encoding="utf-8"))
    wanted = {f"residency-{name}": set(each["secrets"]) for name, each in processes.items()}
    databases = [name for name, each in processes.items() if each.get("database")]
    # The databases are for those who list them in `operator.secrets`: to verify audits, to compute objectives.
    looks_into = {f"{name}_database_url" for name in databases}
    wanted["residency-operator"] = {"machine_secret", "nats_credentials"} | looks_into
    wanted["residency-migrate"] = {f"database_url_{name}" for name in databases}
    assert {name: set(secret) for name, secret in made["processes"].items()} == wanted


def test_ops_88_what_signs_in_is_let_in(made: Any) -> None:
    mine, logins = made["processes"], made["postgres"]
    known = json.loads(mine["residency-identity"]["machine_secrets"])
    assert set(known) <= set(MACHINES)
    for name, secret in mine.items():
        process = name.removeprefix("residency-")
        if "machine_secret" in secret:
            assert known[machine(process)] == secret["machine_secret"]
        for key, value in secret.items():
            if "database_url" in key:
                parts = urlsplit(value)
                login = logins[str(parts.username).replace("_", "-")]
                assert (login["username"], login["password"]) == (parts.username, parts.password)
        if "nats_credentials" in secret:
            user, password = secret["nats_credentials"].split(":")
            assert f'{user.upper()}: "{password}"\n' in made["nats"]["nats-passwords"]["passwords.conf"]


def test_ops_88_every_login_of_the_servers_has_a_password(made: Any) -> None:
    users = re.findall(
        r"password: \$(\w+)", (DEPLOY / "prerequisites" / "nats-accounts.conf").read_text(encoding="utf-8")
    )
    given = re.findall(r"^(\w+): ", made["nats"]["nats-passwords"]["passwords.conf"], re.MULTILINE)
    assert users
    assert set(users) == set(given)
    text = (DEPLOY / "prerequisites" / "postgres.yaml").read_text(encoding="utf-8")
    cluster = next(each for each in yaml.safe_load_all(text) if each["kind"] == "Cluster")
    logins = {
        role["passwordSecret"]["name"]: role["name"] for role in cluster["spec"]["managed"]["roles"] if role["login"]
    }
    assert logins == {name: secret["username"] for name, secret in made["postgres"].items()}


def test_ops_88_every_service_starts_with_its_keys_and_no_two_share_any(made: Any) -> None:
    documents = [json.loads(each["keys"]) for each in made["processes"].values() if "keys" in each]
    for document in documents:
        vault.parse(document)
        vault.audit_key(document)
    keys.parse(json.loads(made["processes"]["residency-identity"]["keys"]))
    assert len({document["lookup"] for document in documents}) == len(documents) == 4


def test_ops_88_a_folder_is_never_made_anew(tmp_path: Path) -> None:
    told = residency("secrets", str(tmp_path))
    assert (told.exit_code, "is there already" in told.output) == (5, True)


def test_ops_88_a_release_and_a_trusted_server_are_named(tmp_path: Path) -> None:
    folder = tmp_path / "made"
    assert residency("secrets", str(folder), "--release", "r2", "--postgres", "db:6432", "--trusted").exit_code == 0
    url = (folder / "processes" / "r2-notify" / "database_url").read_text(encoding="utf-8")
    assert "@db:6432/residency_notify?sslmode=verify-full&sslrootcert=/run/residency/postgres/ca.crt" in url


def test_ops_88_the_page_puts_them_into_a_cluster(tmp_path: Path) -> None:
    page = (pages.OPERATIONS / "install-cluster.md").read_text(encoding="utf-8")
    block = next(each for each in pages.blocks(page) if "residency secrets made" in each.text)
    noted = f'printf "%s\\n" "$*" >> {tmp_path}/told'
    programs = {"residency": f'{sys.executable} -m services.cli "$@"', "kubectl": noted}
    for name, line in programs.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{line}\n")
        (tmp_path / name).chmod(0o755)
    told = environment() | {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    subprocess.run(["bash", "-euo", "pipefail", "-c", block.text], env=told, cwd=tmp_path, check=True, timeout=60)
    told_lines = (tmp_path / "told").read_text(encoding="utf-8").splitlines()
    lines = [line for line in told_lines if " create " in line]
    pattern = r"-n (\S+) create secret generic (\S+)(?: --type=kubernetes.io/basic-auth)? --from-file=(made/\S+)"
    put = [found.groups() for line in lines if (found := re.fullmatch(pattern, line))]
    assert len(put) == len(lines) == len(list(tmp_path.glob("made/*/*")))
    for namespace, name, folder in put:
        assert (tmp_path / folder).is_dir()
        part = folder.split("/")[1]
        assert (namespace == "residency") == (part == "processes")
        assert folder == f"made/{part}/{name}"
    labelled = {
        line.split()[4] for line in told_lines if " label secret " in line and line.endswith("cnpg.io/reload=true")
    }
    assert labelled == {path.name for path in tmp_path.glob("made/postgres/*")}, "changed passwords are taken over"
