"""OPS-86: every `residency …` command, file and setting that docs/operations names is there, as it is written there."""

from __future__ import annotations

import os
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest
import yaml

from services.cli.setting_classes import classes
from services.kit import environment
from services.stack import servers
from tests.support import pages
from tests.support.pages import OPERATIONS, UsageError

PAGES = sorted(OPERATIONS.rglob("*.md"))
LINES = 150
_LINK = re.compile(r"\]\((?!https?://|#|mailto:)([^)#\s]+)(#[^)]*)?\)")
_HERE = re.compile(r"\]\(#([^)]+)\)")
_FILE = re.compile(r"(?<![\w/.-])(?:deploy(?!/residency-)|docs)/[\w./-]*\w")
_VALUE = re.compile(r"--set(?:-string)?[ =]([\w.]+)=")
_SETTING = re.compile(r"\bRESIDENCY_[A-Z0-9_]*[A-Z0-9]\b")
_NAMES = [page.relative_to(OPERATIONS).as_posix() for page in PAGES]


def said(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def headings(page: Path) -> set[str]:
    """What a link to a place on a page may say, as viewers make it of a heading."""
    titles = re.findall(r"^#+ (.+)$", said(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=_NAMES)
def test_ops_86_every_command_of_a_page_is_one(page: Path) -> None:
    wrong = []
    for block in pages.blocks(said(page)):
        for command in pages.commands(block.text) if block.language in ("sh", "text") else []:
            wrong += _wrong(command, f"line {block.line}", whole=block.language == "sh")
    for command in pages.inline(said(page)):
        wrong += _wrong(command, "in a sentence", whole=False)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("page", PAGES, ids=_NAMES)
def test_ops_86_every_page_leads_where_it_says(page: Path) -> None:
    missing = [target for target, _ in _LINK.findall(said(page)) if not (page.parent / target).exists()]
    assert not missing
    places = [(page.parent / target, place[1:]) for target, place in _LINK.findall(said(page)) if place]
    places += [(page, place) for place in _HERE.findall(said(page))]
    assert not [f"{target.name}#{place}" for target, place in places if place not in headings(target)]


@pytest.mark.parametrize("page", PAGES, ids=_NAMES)
def test_ops_86_every_setting_of_a_page_is_one(page: Path) -> None:
    assert set(_SETTING.findall(said(page))) <= _settings()


@pytest.mark.parametrize("page", PAGES, ids=_NAMES)
def test_ops_86_no_secret_stands_in_what_a_cluster_logs(page: Path) -> None:
    """What `kubectl exec` is told to run is part of the request's address, which the cluster's own audit keeps."""
    for block in pages.blocks(said(page)):
        for line in block.text.replace("\\\n", " ").splitlines():
            assert not re.search(r"kubectl[^|]* exec [^|]*\$(WORD|URL|PASSWORD|SECRET)", line), line


@pytest.mark.parametrize("page", PAGES, ids=_NAMES)
def test_ops_86_a_page_is_short(page: Path) -> None:
    assert len(said(page).splitlines()) <= LINES


@pytest.mark.parametrize("page", PAGES, ids=_NAMES)
def test_ops_86_every_file_and_value_that_a_command_names_is_there(page: Path) -> None:
    chart = yaml.safe_load((pages.ROOT / "deploy" / "chart" / "values.yaml").read_text(encoding="utf-8"))
    for block in pages.blocks(said(page)):
        missing = [name for name in _FILE.findall(block.text) if not (pages.ROOT / name).exists()]
        assert not missing, f"line {block.line}"
        for value in _VALUE.findall(block.text):
            first, _, rest = value.partition(".")
            # What `services.<name>` may say is what `defaults` says.
            path = ["defaults", *rest.split(".")[1:]] if first == "services" else value.split(".")
            found = chart
            for key in path:
                assert key in found, f"line {block.line}: {value}"
                found = found[key]


@pytest.mark.parametrize(
    ("command", "pods"),
    [
        ("residency cycle show", ["operator"]),
        ("residency reconcile --dry-run", ["workflows"]),
        ("residency audit verify --service faculty", ["faculty"]),
        ("residency audit verify", ["identity", "enrollment", "faculty"]),
        ("residency keys rewrap --service identity", ["operator"]),
        ("residency keys rotate sealing --service identity --file keys.json", []),
        ("residency secrets made", []),
    ],
)
def test_ops_86_in_a_cluster_each_command_runs_where_it_must(command: str, pods: list[str], tmp_path: Path) -> None:
    for name in ("kubectl", "residency"):
        (tmp_path / name).write_text(f'#!/bin/sh\necho {name} "$@"\n')
        (tmp_path / name).chmod(0o755)
    [where] = [block.text for block in pages.blocks(said(OPERATIONS / "README.md")) if block.language == "bash"]
    told = {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", f"{where}\n{command}"], env=told, check=True, capture_output=True, text=True
    )
    ran_as = [line.partition(" --service")[0] for line in ran.stdout.splitlines()]
    plain = command.partition(" --service")[0]
    inside = [f"kubectl -n residency exec -i deploy/residency-{pod} -- {plain}" for pod in pods]
    assert ran_as == (inside or [plain])


def test_ops_86_every_page_stands_in_the_index() -> None:
    index = said(OPERATIONS / "README.md")
    named = {(OPERATIONS / target).resolve() for target, _ in _LINK.findall(index)}
    own = {page.resolve() for page in PAGES if page.parent == OPERATIONS and page.name != "README.md"}
    assert not [page.name for page in own - named]


@pytest.mark.parametrize(
    ("shell", "found"),
    [
        ("residency cycle show --json | head", [["cycle", "show", "--json"]]),
        ("A=1 residency status  # and then residency up", [["status"]]),
        ("kubectl exec deploy/x -- residency doctor", [["doctor"]]),
        ("helm upgrade --install residency deploy/chart", []),
        ('CODE="$(residency code province)"', [["code", "province"]]),
        (
            "residency staff invite - <<'EOF'\nresidency,1,2\nEOF\nresidency status",
            [["staff", "invite", "-"], ["status"]],
        ),
        ("residency cycle hold \\\n  --reason x > out", [["cycle", "hold", "--reason", "x"]]),
        (".venv/bin/residency up", [["up"]]),
    ],
)
def test_commands_are_found_where_a_shell_would_run_them(shell: str, found: list[list[str]]) -> None:
    assert pages.commands(shell) == found


@pytest.mark.parametrize(
    "arguments", [["cycle", "shew"], ["cycle", "show", "--colour"], ["cycle", "hold"], ["status", "more"], ["nothing"]]
)
def test_a_command_that_is_none_is_noticed(arguments: list[str]) -> None:
    with pytest.raises(UsageError):
        pages.check(arguments)


def _wrong(command: list[str], where: str, *, whole: bool) -> list[str]:
    try:
        pages.check(command, whole=whole)
    except UsageError as error:
        return [f"{where}: residency {' '.join(command)}: {error.format_message()}"]
    return []


@cache
def _settings() -> set[str]:
    read = set().union(*(environment.variables(each) for each in classes().values()))
    return read | {each.name for each in environment.TOOLS} | set(servers.VARIABLES.values()) | {"RESIDENCY_PASSWORD"}
