"""The alert rules as tests read them, and the page that lists them: `python -m tests.deploy.rules` writes it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "deploy" / "chart" / "rules"
OPERATIONS = ROOT / "docs" / "operations"
PAGE = OPERATIONS / "alerts.md"
_VALUE = re.compile(r"\{\{ \$labels\.(\w+) \}\}")
_HEAD = """# Alerts

What rings, how loud, and what to do. Made from `deploy/chart/rules` (OPS-77); objectives stand in [slo.md](slo.md).

`critical` wakes somebody: people are hurt now or will be at the next boundary. `warning` is looked at the same day.
"""


@dataclass(frozen=True)
class Alert:
    """One alert and the file it stands in."""

    file: str
    rule: dict[str, Any]

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.rule["alert"])

    @property
    def severity(self) -> str:
        """How loud it is."""
        return str(self.rule["labels"]["severity"])

    @property
    def page(self) -> str:
        """File name of its runbook."""
        return str(self.rule["annotations"]["runbook_url"]).rsplit("/", 1)[-1]


def groups() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every group with the file it stands in."""
    for file in sorted(RULES.glob("*.yaml")):
        for group in yaml.safe_load(file.read_text(encoding="utf-8"))["groups"]:
            yield file.stem, group


def rules() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every rule with the file it stands in."""
    for file, group in groups():
        for rule in group["rules"]:
            yield file, rule


def alerts() -> list[Alert]:
    """Every alert, in the order of the files."""
    return [Alert(file, rule) for file, rule in rules() if "alert" in rule]


def page() -> str:
    """What `alerts.md` should say."""
    parts = [_HEAD]
    for file in dict.fromkeys(alert.file for alert in alerts()):
        parts.append(f"\n## {file.capitalize() if file != 'slo' else 'Objectives'}\n")
        parts.append("\n| Alert | Severity | After | Says |\n|---|---|---|---|\n")
        for alert in alerts():
            if alert.file == file:
                says = _VALUE.sub(r"*\1*", str(alert.rule["annotations"]["summary"])).replace("{{ $value }}", "*n*")
                link = f"[{alert.name}](incidents/{alert.page})"
                parts.append(f"| {link} | {alert.severity} | {alert.rule.get('for', 'at once')} | {says} |\n")
    return "".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
