"""OPS-24, OPS-25: a variable that nobody knows and settings that contradict each other stop the start, on one line."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from services.cli.setting_classes import classes
from services.kit import environment
from services.stack.processes import MODULES
from tests.support import processes

ROOT = Path(__file__).parents[3]


def strangers(own: str = "portal", **variables: str) -> list[str]:
    return environment.strangers(variables, classes()[own], lambda: classes().values())


def test_ops_24_what_another_process_or_a_tool_reads_is_no_stranger() -> None:
    assert strangers(
        RESIDENCY_NATS_URL="nats://n",
        RESIDENCY_TEXTS_PER_DAY="1",
        RESIDENCY_NEXT_CYCLE_CRON="",
        RESIDENCY_DATABASE_URL_FILE="/run/secret",
        RESIDENCY_SMTP_PASSWORD_FILE="/run/secret",
        RESIDENCY_POSTGRES_URL="postgresql://p",
        RESIDENCY_STREAMS_FILE="s.yaml",
        RESIDENCY_DATABASE_URL_IDENTITY="postgresql://i",
        residency_log_format="json",
        PATH="/bin",
    ) == []  # fmt: skip


def test_ops_24_a_stranger_is_named_with_what_may_have_been_meant() -> None:
    assert strangers(RESIDENCY_TEXTS_PER_DAYS="1", RESIDENCY_QUITE_ELSE="1") == [
        "RESIDENCY_QUITE_ELSE is no setting of any process",
        "RESIDENCY_TEXTS_PER_DAYS is no setting of any process; did you mean RESIDENCY_TEXTS_PER_DAY?",
    ]


def test_ops_24_what_kubernetes_tells_of_services_called_like_us_is_not_ours() -> None:
    told = {
        "RESIDENCY_IDENTITY_SERVICE_HOST": "10.0.0.1",
        "RESIDENCY_IDENTITY_SERVICE_PORT": "7000",
        "RESIDENCY_IDENTITY_SERVICE_PORT_GRPC": "7000",
        "RESIDENCY_IDENTITY_PORT": "tcp://10.0.0.1:7000",
        "RESIDENCY_IDENTITY_PORT_7000_TCP": "tcp://10.0.0.1:7000",
        "RESIDENCY_IDENTITY_PORT_7000_TCP_ADDR": "10.0.0.1",
    }
    assert strangers(**told) == []
    assert strangers(RESIDENCY_GRPCS_PORT="7000") == [
        "RESIDENCY_GRPCS_PORT is no setting of any process; did you mean RESIDENCY_GRPC_PORT?"
    ]


def test_ops_24_every_variable_that_is_written_somewhere_is_known() -> None:
    """In code, chart and pages: what a page tells people to set must not stop the process."""
    known = environment.of_tools() | {"RESIDENCY_COMPLETE"}
    known = known.union(*(environment.variables(each) for each in classes().values()))
    files = [path for folder in ("services", "workflows", "deploy", "docs") for path in (ROOT / folder).rglob("*")]
    found: dict[str, str] = {}
    for path in [*files, ROOT / "README.md"]:
        if path.is_file() and path.suffix in {".py", ".md", ".yaml", ".tpl", ".json", ".sh", ""}:
            for name in re.findall(r"RESIDENCY_[A-Z0-9_]*[A-Z0-9]\b", path.read_text(encoding="utf-8")):
                found.setdefault(name, path.name)
    assert {name: where for name, where in found.items() if name not in known} == MADE_UP


MADE_UP = {"RESIDENCY_X_FILE": "processes.yaml", "RESIDENCY_TEXTS_PER_DAYS": "configuration.md"}
"""Stands for many, and an example of a mistake."""


def contradictions(process: str, **settings: Any) -> list[str]:
    return classes()[process].model_validate(settings).contradictions()


@pytest.mark.parametrize("process", MODULES)
def test_ops_25_defaults_do_not_contradict_each_other(process: str) -> None:
    assert contradictions(process) == []


@pytest.mark.parametrize(
    ("process", "settings", "line"),
    [
        ("identity", {"keys_json": "{}", "keys_file": "k"}, "RESIDENCY_KEYS_JSON and RESIDENCY_KEYS_FILE are both set"),
        ("identity", {"grpc_port": 9, "metrics_port": 9}, "RESIDENCY_GRPC_PORT and RESIDENCY_METRICS_PORT are both 9"),
        ("portal", {"http_port": 9, "metrics_port": 9}, "RESIDENCY_HTTP_PORT and RESIDENCY_METRICS_PORT are both 9"),
        ("faculty", {"objects_url": "file:///x", "stream_replicas": 3}, "RESIDENCY_OBJECTS_URL is a folder"),
        ("workflows", {"temporal_api_key": "k"}, "RESIDENCY_TEMPORAL_API_KEY would travel in the clear"),
        ("notify", {"hooks_local": True, "stream_replicas": 3}, "RESIDENCY_HOOKS_LOCAL is for trials on one machine"),
        (
            "notify",
            {"campaign_per_second": 500},
            "RESIDENCY_CAMPAIGN_PER_SECOND is 500, more than RESIDENCY_SEND_PER_SECOND (400) lets through",
        ),
        ("identity", {"clock_skew_seconds": 600}, "RESIDENCY_CLOCK_SKEW_SECONDS is 600: tokens, which live for 600 s"),
    ],
)
def test_ops_25_a_contradiction_names_both(process: str, settings: dict[str, Any], line: str) -> None:
    [told] = contradictions(process, **settings)
    assert told.startswith(line)


def test_ops_25_a_folder_of_certificates_is_whole(tmp_path: Path) -> None:
    for name in ("tls.crt", "tls.key"):
        (tmp_path / name).touch()
    lacks = f"names {tmp_path}, which lacks ca.crt"
    assert contradictions("portal", tls_dir=tmp_path) == [f"RESIDENCY_TLS_DIR {lacks}"]
    (tmp_path / "ca.crt").touch()
    assert contradictions("portal", tls_dir=tmp_path, nats_tls_dir=tmp_path) == []
    (tmp_path / "tls.key").unlink()
    lacks = f"names {tmp_path}, which lacks tls.key"
    assert contradictions("portal", nats_tls_dir=tmp_path) == [f"RESIDENCY_NATS_TLS_DIR {lacks}"]
    (tmp_path / "tls.crt").unlink()
    assert contradictions("portal", nats_tls_dir=tmp_path) == [], "NATS may do without our certificate"


@pytest.mark.parametrize(
    ("process", "settings", "lines"),
    [
        (
            "portal",
            {"http_ports": "1", "drain_seconds": "61"},
            [
                "residency: RESIDENCY_HTTP_PORTS is no setting of any process; did you mean RESIDENCY_HTTP_PORT?",
                "residency: RESIDENCY_DRAIN_SECONDS: Input should be less than or equal to 60",
            ],
        ),
        (
            "identity",
            {"machine_secrets": '{"a": "b"}', "machine_secrets_file": "/x"},
            [
                "residency: Value error, RESIDENCY_MACHINE_SECRETS and RESIDENCY_MACHINE_SECRETS_FILE: "
                "keep one, not both"
            ],
        ),
        (
            "enrollment",
            {},
            ["residency: enrollment has no keys: set RESIDENCY_KEYS_FILE or RESIDENCY_KEYS_JSON"],
        ),
    ],
)
def test_ops_24_a_process_that_is_wrongly_set_says_so_and_stops(
    process: str, settings: dict[str, str], lines: list[str]
) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "services.cli.run", process],
        capture_output=True,
        text=True,
        timeout=60,
        env=processes.environment(**settings),
    )
    assert (ended.returncode, ended.stderr.splitlines()) == (2, lines)
