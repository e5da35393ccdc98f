"""OPS-27: what is found is graded, says what to do, and leads to a page that there is."""

from __future__ import annotations

import ast
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from typer.testing import CliRunner

from services.cli import doctor_files, doctor_processes
from services.cli.doctor_finding import Finding, Grade, degraded
from services.cli.doctor_place import Probed, probes_of
from services.cli.main import build
from services.kit.settings import Settings
from tests.support import servers

ROOT = Path(__file__).parents[3]
NOW = datetime(2026, 11, 23, tzinfo=UTC)
SINCE = "since 2026-11-23T04:00:00Z"


def test_ops_27_every_page_that_a_finding_leads_to_is_there() -> None:
    pages = {path.stem for path in (ROOT / "docs" / "operations" / "incidents").glob("*.md")}
    led_to = {page for _, page in doctor_processes._PAGES} | {"part-not-ready", "process-missing"}
    for path in (ROOT / "services" / "cli").glob("doctor_*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(call, ast.Call)
                and isinstance(call.func, ast.Name)
                and call.func.id in ("broken", "degraded")
            ):
                page = call.args[3]
                if isinstance(page, ast.Constant):
                    led_to.add(str(page.value))
    assert led_to - pages == set()


@pytest.mark.parametrize(
    ("status", "text", "grade", "page"),
    [
        (200, "ready\n", Grade.OK, ""),
        (200, f"ready\ndegraded: messaging: NATS is not reachable, {SINCE}\n", Grade.DEGRADED, "nats-down"),
        (200, f"ready\ndegraded: consumer notify-identity: heard nothing, {SINCE}\n", Grade.DEGRADED, "nats-down"),
        (
            503,
            f"not ready\nnot ready: database faculty: database is not reachable, {SINCE}\n"
            f"degraded: messaging: NATS is not reachable, {SINCE}\n",
            Grade.BROKEN,
            "database-down",
        ),
        (503, f"not ready\nnot ready: dispatcher: not running, {SINCE}\n", Grade.BROKEN, "part-not-ready"),
        (503, "stopping\n", Grade.DEGRADED, "process-restarts"),
        (500, "", Grade.BROKEN, "part-not-ready"),
    ],
)
def test_ops_27_what_a_process_says_is_graded(status: int, text: str, grade: Grade, page: str) -> None:
    found = doctor_processes.judged("faculty at host:9000", status, text)
    assert (found.grade, found.page) == (grade, page)


async def test_ops_27_a_process_that_does_not_answer_is_broken() -> None:
    [found] = await doctor_processes.look([Probed("portal", "127.0.0.1", servers.free_port())])
    assert (found.grade, found.says, found.page) == (Grade.BROKEN, "does not answer", "process-missing")


def test_where_processes_are_asked() -> None:
    settings = Settings(
        identity_address="dns:///r-identity.invalid:7000",
        enrollment_address="ipv4:10.0.0.1:7000,10.0.0.2:7000",
        faculty_address="r-faculty:7000",
        notify_address="r-notify:7000",
    )
    assert [each.title for each in probes_of("", settings)] == [
        "identity at r-identity.invalid:9000",
        "enrollment at 10.0.0.1:9000",
        "enrollment at 10.0.0.2:9000",
        "faculty at r-faculty:9000",
        "notify at r-notify:9000",
        "portal at r-portal.invalid:9000",
        "workflows at r-workflows.invalid:9000",
    ]
    given = probes_of("portal=10.0.0.1:9000, portal=[::1]:9001", settings)
    assert given == (Probed("portal", "10.0.0.1", 9000), Probed("portal", "::1", 9001))
    with pytest.raises(ValueError, match="RESIDENCY_PROBES: 'portals=a:1' is no process=host:port"):
        probes_of("portals=a:1", settings)


@pytest.mark.parametrize(
    ("days", "grade"), [(90, Grade.OK), (13, Grade.DEGRADED), (-1, Grade.BROKEN)], ids=["fresh", "ending", "over"]
)
def test_ops_27_days_of_a_certificate(tmp_path: Path, days: int, grade: Grade) -> None:
    key = Ed25519PrivateKey.generate()
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "r-identity")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), 1)
        .not_valid_before(NOW - timedelta(days=100))
        .not_valid_after(NOW + timedelta(days=days, hours=1))
        .sign(key, None)
    )
    (tmp_path / "tls.crt").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    assert doctor_files.certificate("certificate", tmp_path / "tls.crt", NOW).grade is grade
    assert doctor_files.certificate("certificate", tmp_path / "ca.crt", NOW).grade is Grade.BROKEN


def test_a_finding_for_people_and_for_programs() -> None:
    found = degraded("stream IDENTITY", "nearly full", "give it room", "stream-fills")
    assert found.lines() == [
        "degraded  stream IDENTITY: nearly full",
        "          → give it room (docs/operations/incidents/stream-fills.md)",
    ]
    assert found.told()["page"] == "docs/operations/incidents/stream-fills.md"
    assert Finding(Grade.UNASKED, "x", "y").lines() == ["unasked   x: y"]


def test_ops_27_a_cluster_is_looked_at_by_its_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing answers there: each server is a line, and the command fails."""
    for name in ("NATS_URL", "TEMPORAL_ADDRESS"):
        place = f"127.0.0.1:{servers.free_port()}"
        monkeypatch.setenv(f"RESIDENCY_{name}", f"nats://{place}" if name == "NATS_URL" else place)
    monkeypatch.setenv("RESIDENCY_PROBES", f"identity=127.0.0.1:{servers.free_port()}")
    monkeypatch.setenv("RESIDENCY_KEYS_FILE", str(tmp_path / "absent.json"))
    monkeypatch.setattr("services.cli.cycle_reading.CONNECT_SECONDS", 1.0)
    ended = CliRunner().invoke(build(["doctor"]), ["doctor", "--json"])
    told = json.loads(ended.stdout)
    assert (ended.exit_code, told["broken"]) == (1, True)
    graded = {each["what"].partition(" at ")[0]: each["grade"] for each in told["findings"]}
    assert graded == {
        "identity": "broken",
        **{f"database {name}": "unasked" for name in ("identity", "enrollment", "faculty", "notify")},
        "NATS": "broken",
        "Temporal": "broken",
        "object store of enrollment": "unasked",
        "object store of faculty": "unasked",
        "keys of this service": "broken",
    }
