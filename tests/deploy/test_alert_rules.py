"""OPS-77: every alert can be read, is about metrics that exist, and leads to a runbook; every runbook has its alert."""

from __future__ import annotations

import re
from itertools import groupby

import promql_parser
import pytest

from tests.deploy import exposed
from tests.deploy.rules import OPERATIONS, PAGE, ROOT, Alert, alerts, page, rules

ALERTS = alerts()
INCIDENTS = OPERATIONS / "incidents"
WITHOUT_AN_ALERT = {
    "README.md": "how an incident is led",
    "wrong-decision.md": "a person tells it",
    "leaked-key.md": "a person tells it",
    "disk-full.md": "the platform watches its own volumes",
}
"""Pages that no alert leads to, and why."""
SECTIONS = ["Do", "Over when", "Afterwards"]


@pytest.mark.parametrize(
    ("file", "rule"), list(rules()), ids=[rule.get("alert") or rule["record"] for _, rule in rules()]
)
def test_ops_77_every_expression_can_be_read(file: str, rule: dict[str, str]) -> None:
    promql_parser.parse(rule["expr"])


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: f"{alert.name} {alert.severity}")
def test_ops_77_an_alert_says_how_loud_what_and_what_to_do(alert: Alert) -> None:
    said = alert.rule["annotations"]
    assert alert.severity in ("critical", "warning")
    assert said["summary"]
    assert said["description"].endswith(".")
    assert (ROOT / said["runbook_url"]).is_file()


def test_ops_77_a_runbook_is_named_by_its_alert() -> None:
    own = {re.sub(r"(?<!^)(?=[A-Z])", "-", alert.name).lower() + ".md" for alert in ALERTS}
    led_to = {alert.page for alert in ALERTS}
    assert led_to - own == set()
    assert own - led_to == {"notices-burn.md"}  # it is what `notices-late.md` is about


def test_ops_77_every_runbook_has_its_alert_or_a_reason() -> None:
    pages = {path.name for path in INCIDENTS.glob("*.md")}
    assert pages - {alert.page for alert in ALERTS} == set(WITHOUT_AN_ALERT)


@pytest.mark.parametrize("name", sorted({alert.page for alert in ALERTS} | set(WITHOUT_AN_ALERT) - {"README.md"}))
def test_ops_77_a_runbook_says_what_is_seen_meant_done_and_over(name: str) -> None:
    text = (INCIDENTS / name).read_text(encoding="utf-8")
    assert "**You see.**" in text
    assert "**For people.**" in text
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == SECTIONS


def test_ops_77_a_name_has_one_alert_for_each_severity() -> None:
    names = sorted((alert.name, alert.severity) for alert in ALERTS)
    assert [name for name, same in groupby(names) if len(list(same)) > 1] == []


def test_ops_77_the_page_of_alerts_is_made_from_them() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "write it anew: python -m tests.deploy.rules"


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: f"{alert.name} {alert.severity}")
def test_ops_78_an_alert_is_about_what_processes_tell(alert: Alert) -> None:
    assert exposed.amiss(alert.rule["expr"]) == []


@pytest.mark.parametrize(
    "rule", [rule for _, rule in rules() if "record" in rule], ids=lambda rule: str(rule["record"])
)
def test_ops_78_a_record_is_about_what_processes_tell(rule: dict[str, str]) -> None:
    assert exposed.amiss(rule["expr"]) == []
