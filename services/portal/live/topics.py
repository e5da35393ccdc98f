"""What a fact changes, as streams call it, and which of that a visitor may hear of."""

from __future__ import annotations

from residency.enrollment.v1 import events_pb2
from residency.notify.v1 import events_pb2 as notify_events_pb2
from services.kit.domain import Caller

ENROLLMENT = "residency.enrollment.v1."
"""What the subjects of enrollment's facts begin with."""
WRITTEN = "residency.notify.v1.message.written"
PUBLIC = frozenset({"board", "cycle"})
"""The topics that everybody hears of."""


def topics_of(subject: str, body: bytes) -> set[str]:
    """What a fact changes: `board`, `cycle`, `person:<id>`, `base:<code>`, an inbox; empty when no page shows it."""
    if subject == WRITTEN:
        written = notify_events_pb2.MessageWritten.FromString(body)
        people = [*written.person_ids, *filter(None, [written.person_id])]
        if people:
            return {f"inbox of person:{person_id}" for person_id in people}
        return {f"inbox of organisation:{written.organisation_code}"} if written.organisation_code else set()
    if not subject.startswith(ENROLLMENT):
        return set()
    noun = subject.removeprefix(ENROLLMENT).split(".", 1)[0]
    if noun in {"cycle", "phase", "window"}:
        return {"cycle", "board"}
    if noun == "list":
        return {f"base:{events_pb2.ListPublished.FromString(body).base_code}"}
    if noun not in {"application", "objection"}:
        return set()
    # Every fact about an application carries the same message in field 1. Two of them also name a base that was left.
    about = events_pb2.ApplicationAdmitted.FromString(body).application
    topics = {"board", f"person:{about.person_id}", f"base:{about.base_code}"}
    if subject.endswith((".submitted", ".moved")):
        left = events_pb2.ApplicationSubmitted.FromString(body).left_base_code
        topics |= {f"base:{left}"} if left else set()
    if subject.endswith(".grant_proposed"):
        topics.add(f"base:{events_pb2.ApplicationGrantProposed.FromString(body).main_base_code}")
    return topics


def topics_for(caller: Caller | None) -> dict[str, str]:
    """What changes for `caller` (None: for anybody), as facts say it, and what pages call it."""
    topics = {"cycle": "cycle", "board": "board"}
    if caller is not None:
        topics[f"person:{caller.person_id}"] = "mine"
        topics[f"inbox of person:{caller.person_id}"] = "inbox"
    if caller is not None and caller.organisation:
        topics[f"base:{caller.organisation}"] = "queue"
        topics[f"inbox of organisation:{caller.organisation}"] = "inbox"
    return topics
