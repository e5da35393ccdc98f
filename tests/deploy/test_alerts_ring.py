"""OPS-79: alerts ring when what they are about happens, not before their time, and not for what is usual."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.deploy.promql import Series, World
from tests.deploy.rules import alerts

HOUR, DAY = 3600.0, 86400.0
END = 40 * DAY
"""When one looks; everything has run for long then."""
CYCLE = {"cycle": "37-2026"}
RULES = {(alert.name, alert.severity): alert.rule for alert in alerts()}


def steady(name: str, value: float, **labels: str) -> Series:
    """A gauge that never moves."""
    return Series(f"residency_{name}", labels, lambda now: value)


def since(name: str, seconds: float, before: float, after: float, **labels: str) -> Series:
    """A gauge that was `before` until so many seconds ago."""
    return Series(f"residency_{name}", labels, lambda now: after if now > END - seconds else before)


def growing(name: str, per_second: float, extra: float = 0.0, for_seconds: float = 0.0, **labels: str) -> Series:
    """A counter; in the last `for_seconds` it grows by `extra` a second more."""

    def at(now: float) -> float:
        return now * per_second + max(0.0, now - (END - for_seconds)) * extra

    return Series(f"residency_{name}", labels, at)


def gone(name: str, seconds: float, **labels: str) -> Series:
    """Something that is not told any more."""
    return Series(f"residency_{name}", labels, lambda now: 1.0 if now < END - seconds else None)


PROCESSES = ("identity", "enrollment", "faculty", "notify", "portal", "workflows")
REVIEW = "DecisionService/ReviewApplication"


def decisions(bad_share: float, for_seconds: float) -> list[Series]:
    """A hundred decisions a minute, of which some fail lately."""
    name = "grpc_server_seconds_count"
    return [
        growing(name, 100 / 60, -bad_share * 100 / 60, for_seconds, code="OK", method=REVIEW),
        growing(name, 0.0, bad_share * 100 / 60, for_seconds, code="UNAVAILABLE", method=REVIEW),
        growing(name, 50.0, 0.0, 0.0, code="FAILED_PRECONDITION", method="CycleService/GetCycle"),
    ]


def late_notices(share: float) -> list[Series]:
    """One urgent notice a second, of which some are late; and others, which nobody promised."""
    name = "notify_lag_seconds"
    return [
        growing(f"{name}_bucket", 1 - share, le="300.0", channel="sms", priority="decision"),
        growing(f"{name}_count", 1.0, channel="sms", priority="decision"),
        growing(f"{name}_count", 50.0, channel="sms", priority="campaign"),
    ]


RINGS: list[tuple[str, str, Sequence[Series]]] = [
    ("LatePhase", "critical", [since("season_boundary_seconds", 60, 500, -40, **CYCLE)]),
    (
        "PhaseWasLate",
        "warning",
        [
            steady("season_late_seconds", 3.1, phase="first_choice", round="1", **CYCLE),
            steady("season_boundary_seconds", 9000, **CYCLE),
        ],
    ),
    ("StuckWindow", "critical", [since("season_unclosed_windows", 1200, 0, 3, **CYCLE)]),
    (
        "SeatsOverfull",
        "critical",
        [
            steady("season_seats", 10, what="planned", **CYCLE),
            steady("season_seats", 8, what="admitted", **CYCLE),
            steady("season_seats", 3, what="provisional", **CYCLE),
        ],
    ),
    (
        "ProcessMissing",
        "critical",
        [gone("build_info", 300 if each == "notify" else -1, process=each, version="1") for each in PROCESSES],
    ),
    (
        "DatabaseDown",
        "critical",
        [since("part_ready", 90, 1, 0, process="notify", part="database notify", instance=each) for each in "ab"],
    ),
    ("TemporalDown", "critical", [since("part_ready", 120, 1, 0, process="workflows", part="temporal server")]),
    ("ClockSkew", "critical", [since("clock_skew_seconds", 200, 0, -300, reference="database", instance="a")]),
    (
        "CertificateExpires",
        "critical",
        [steady("certificate_ends_timestamp_seconds", END + 5 * DAY, certificate="tls")],
    ),
    ("RestoredDatabase", "critical", [since("read_only", 120, 0, 1, service="enrollment")]),
    ("AuditUnsealed", "warning", [since("audit_sealed_timestamp_seconds", END, 0, END - 600, service="identity")]),
    ("SignInFlood", "critical", [growing("sign_ins_total", 0.1, 5, 240, outcome="BAD_CREDENTIALS")]),
    (
        "PortalOverload",
        "warning",
        [
            growing("http_seconds_count", 10, route="/", method="GET", status="200"),
            growing("http_seconds_count", 0, 2, 600, route="/", method="GET", status="503"),
        ],
    ),
    ("OutboxStuck", "critical", [since("outbox_oldest_seconds", 90, 0, 60, service="enrollment")]),
    (
        "ConsumerBehind",
        "warning",
        [growing("consumer_waiting", 0, 1, 3 * HOUR, stream="ENROLLMENT", consumer="notify-enrollment")],
    ),
    ("DeadLetters", "warning", [since("stream_messages", 120, 0, 1, stream="DEADLETTERS")]),
    (
        "StreamFills",
        "warning",
        [
            steady("stream_bytes", 80, stream="ENROLLMENT", instance="a"),
            steady("stream_max_bytes", 100, stream="ENROLLMENT", instance="a"),
        ],
    ),
    (
        "CarrierDown",
        "critical",
        [
            growing("notify_outcomes_total", 0, 0.1, 900, channel="sms", state="queued", reason="CARRIER_AWAY"),
            growing("notify_outcomes_total", 1, -1, 900, channel="sms", state="delivered", reason=""),
            growing("notify_outcomes_total", 1, channel="email", state="delivered", reason=""),
        ],
    ),
    ("NoticesLate", "warning", [since("notify_unrouted_seconds", 700, 0, 400)]),
    ("WorkflowTaskFails", "critical", [growing("workflow_trouble_total", 0, 0.01, 300, what="task_failed")]),
    ("SignalDropped", "critical", [growing("workflow_trouble_total", 0, 0.01, 300, what="dropped_signal")]),
    ("ReconcileLate", "warning", [steady("reconciled_timestamp_seconds", END - 3 * HOUR)]),
    (
        "BridgeLate",
        "warning",
        [
            growing("consumer_lag_seconds_bucket", rate, le=le, consumer="workflows-enrollment")
            for le, rate in (("5.0", 0.5), ("30.0", 0.6), ("300.0", 1.0), ("+Inf", 1.0))
        ],
    ),
    ("DecisionsFail", "critical", decisions(0.05, 1.2 * HOUR)),
    ("DecisionsFail", "warning", decisions(0.002, 5 * DAY)),
    ("NoticesBurn", "critical", late_notices(0.2)),
]
QUIET: list[tuple[str, str, Sequence[Series]]] = [
    ("LatePhase", "critical", [since("season_boundary_seconds", 60, 500, -4, **CYCLE)]),
    ("StuckWindow", "critical", [since("season_unclosed_windows", 300, 0, 3, **CYCLE)]),
    ("ProcessMissing", "critical", [gone("build_info", -1, process=each, version="1") for each in PROCESSES]),
    (
        "DatabaseDown",
        "critical",
        [
            steady("part_ready", float(each == "a"), process="notify", part="database notify", instance=each)
            for each in "ab"
        ],
    ),
    (
        "CertificateExpires",
        "critical",
        [steady("certificate_ends_timestamp_seconds", END + 60 * DAY, certificate="tls")],
    ),
    (
        "AuditUnsealed",
        "warning",
        [Series("residency_audit_sealed_timestamp_seconds", {"service": "a"}, lambda now: now - 60)],
    ),
    ("SignInFlood", "critical", [growing("sign_ins_total", 50, outcome="done")]),
    ("ConsumerBehind", "warning", [growing("consumer_waiting", 0, -1, 600, stream="E", consumer="c")]),
    ("DeadLetters", "warning", [steady("stream_messages", 1e6, stream="ENROLLMENT")]),
    (
        "CarrierDown",
        "critical",
        [
            growing("notify_outcomes_total", 0.1, channel="sms", state="queued", reason="BUSY"),
            growing("notify_outcomes_total", 1, channel="sms", state="delivered", reason=""),
        ],
    ),
    ("DecisionsFail", "critical", decisions(0.002, 5 * DAY)),
    ("DecisionsFail", "critical", decisions(0.5, 60)),
    ("DecisionsFail", "warning", decisions(0.0005, 5 * DAY)),
    ("NoticesBurn", "critical", late_notices(0.02)),
]


def _ids(case: object) -> str:
    return case if isinstance(case, str) else ""


@pytest.mark.parametrize(("name", "severity", "series"), RINGS, ids=_ids)
def test_ops_79_it_rings(name: str, severity: str, series: Sequence[Series]) -> None:
    assert World(series).fires(RULES[name, severity], END - 2 * HOUR, END)


@pytest.mark.parametrize(("name", "severity", "series"), QUIET, ids=_ids)
def test_ops_79_it_stays_quiet(name: str, severity: str, series: Sequence[Series]) -> None:
    assert not World(series).fires(RULES[name, severity], END - 2 * HOUR, END)


def test_ops_79_nothing_rings_where_nothing_is_told_but_that_processes_are_missing() -> None:
    empty = World([])
    ringing = {name for (name, _), rule in RULES.items() if empty.fires(rule, END - 2 * HOUR, END)}
    assert ringing == {"ProcessMissing"}
