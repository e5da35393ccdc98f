"""One trace tells a staff decision: browser request, gRPC, outbox, NATS, notice, signal, workflow."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from services.drills.ground import Stack
from services.stack import traces

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

CHAIN = [
    # process,     what the span's name contains
    ("portal", "POST /api/v1/applications/{application_id}/reviews"),
    ("portal", "DecisionService/ReviewApplication"),
    ("enrollment", "DecisionService/ReviewApplication"),
    ("enrollment", "publish residency.enrollment.v1.ApplicationReviewed"),
    ("workflows", "handle residency.enrollment.v1.ApplicationReviewed"),
    ("workflows", "signal base window"),
    ("workflows", "SignalWithStartWorkflow:BaseWindow"),
    ("workflows", "HandleSignal:decisions_made"),
]

MOST = 20
"""Traces looked at."""


def test_a_verdict_is_one_trace_from_the_request_to_the_workflow(report: Any, stack: Stack) -> None:
    assert report["ok"]
    # Signals carry batches: the trace of a batch's first fact goes on, the others' are linked to it.
    lines: list[list[tuple[str, str]]] = []
    for trace_id in reviews(stack)[-MOST:]:
        lines += told(stack, trace_id)
        if CHAIN in lines:
            break
    assert CHAIN in lines
    assert any(process == "notify" and name.startswith("handle ") for line in lines for process, name in line)


def reviews(stack: Stack) -> list[str]:
    """Traces in which somebody reviewed, in no particular order."""
    return sorted({span.trace_id for span in traces.read(stack.data) if "ReviewApplication" in span.name})


def told(stack: Stack, trace_id: str) -> list[list[tuple[str, str]]]:
    """Every line of the trace as the command tells it."""
    command = stack.residency("trace", trace_id, "--json")
    out, talk = command.communicate(timeout=30)
    assert command.returncode == 0, talk
    return [line for root in json.loads(out)["spans"] for line in downwards(root)]


def downwards(span: dict[str, Any]) -> Iterator[list[tuple[str, str]]]:
    """Every line of (process, name) from `span` down to a leaf, leaving out the framework's own inner spans."""
    own = [] if span["name"].startswith("fastapi.") else [(span["process"], span["name"])]
    if not span["children"]:
        yield own
    for child in span["children"]:
        for line in downwards(child):
            yield own + line
