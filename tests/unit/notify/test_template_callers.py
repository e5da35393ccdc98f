"""MSG-07: whoever has something said gives the template exactly what it takes; nothing is said by nobody.

What notify hears is tried with facts that take every branch. What the workflows send is found in their source, and
every place that sends is made to send, over the province without a database: a place nobody thought of here fails.
"""

from __future__ import annotations

import ast
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from temporalio.testing import ActivityEnvironment

from residency.notify.v1 import notify_service_pb2
from services.kit.messaging import Delivery
from services.notify.consumers import HEARD, Hearing
from services.notify.domain.channels import Channel
from services.notify.domain.shapes import LANGUAGES
from services.notify.domain.templates import TEMPLATES, read_values, render_for, shown_values, wechat_fields
from services.notify.faculty_letters import QUIET_KINDS
from tests.support.moments import Moments
from tests.support.province import Province
from tests.support.windows import Desk
from workflows.base_window import contract as window
from workflows.base_window.activities import WindowActivities
from workflows.next_cycle.activities import NextCycleActivities
from workflows.next_cycle.contract import PrepareOrder
from workflows.published_list import contract as listing
from workflows.published_list.activities import ListActivities
from workflows.recruitment_cycle import contract as year
from workflows.recruitment_cycle.news import CycleNews

ROOT = Path(__file__).parents[3]
NOW = datetime(2023, 7, 20, 2, 0, tzinfo=UTC)
STAMP = Timestamp(seconds=int(NOW.timestamp()))
CHINESE = re.compile(r"[\u4e00-\u9fff]")

BY_HAND = {
    "campaign_round_open": "a province drafts it as a campaign",
    "campaign_text": "a province drafts it as a campaign",
    "campaign_text_staff": "a province drafts it as a campaign",
    "calendar_changed_applicants": "the campaign that follows an urgent change of the calendar",
    "address_code": "written when somebody proves an address",
    "webhook_stopped": "the dispatcher of webhooks, when it sends to one no more",
}
"""Templates that neither a fact nor a workflow has sent, and who does."""

WORDS = {
    "residency.identity.v1.SecurityNoticed.what": re.findall(
        r"`(\w+)`",
        re.findall(r"// What: (.*)\.\n", (ROOT / "protos/residency/identity/v1/events.proto").read_text())[0],
    ),
    "residency.enrollment.v1.ApplicationOfferEnded.outcome": ["accepted", "declined", "expired"],
    "residency.enrollment.v1.ApplicationPlaceLost.cause": ["undone", "revoked", "no_show", "quit", "annulled"],
    "residency.enrollment.v1.CalendarChanged.kind": ["amend", "hold", "resume", "advance", "end"],
}
_FACULTY = (ROOT / "protos/residency/faculty/v1/events.proto").read_text()
WORDS |= {
    f"residency.faculty.v1.{field}": re.findall(r"`(\w+)`", re.findall(rf"// {begins}.*", _FACULTY)[0])
    for field, begins in {
        "BatchReminded.kind": "`opened`, ",
        "CandidacyDecided.kind": "`returned`, ",
        "AppointmentChanged.kind": "`review_opened`, ",
        "AppointmentReminded.kind": "`due`, ",
        "MonthsOrphaned.cause": "`dismissed`, `expired`, `transferred`, `suspended` or",
    }.items()
}
"""Fields that hold one of several words, as the contract names them; each is tried with an unknown one too."""
NAMES_THE_READER = {
    *("person_id", "province_code", "base_code", "main_base_code", "unfit_base_codes"),
    *("person_ids", "organisation_codes", "department_code", "teacher_ids"),
}
PARTS = {"application", "candidacy", "appointment"}
"""Fields that say what a fact is about."""


def full(kind: type[Message]) -> Any:
    """A fact of `kind` with every field set."""
    fact: Any = kind()
    for field in fact.DESCRIPTOR.fields:
        if field.is_repeated:
            getattr(fact, field.name).append(1 if field.cpp_type == FieldDescriptor.CPPTYPE_UINT32 else field.name)
        elif field.message_type is not None:
            part = getattr(fact, field.name)
            part.CopyFrom(STAMP if isinstance(part, Timestamp) else full(type(part)))
        elif field.cpp_type == FieldDescriptor.CPPTYPE_STRING:
            setattr(fact, field.name, field.name)
        else:
            setattr(fact, field.name, 1)
    return fact


def branches(fact: Any) -> Iterator[Any]:
    """`fact`, and what differs from it in one field, or in two of which one may be of the application it is about."""
    yield fact
    for one in _changed(fact):
        yield one
        yield from _changed(one, parts=False)


def _changed(fact: Any, *, parts: bool = True) -> Iterator[Any]:
    """`fact` with another enum value or word in one field, or with one field left out."""
    for field in fact.DESCRIPTOR.fields:
        others: list[Any] = [None]
        if field.enum_type is not None:
            others = [value.number for value in field.enum_type.values]
        elif field.full_name in WORDS:
            others = [*WORDS[field.full_name], "of a later day"]
        elif field.name in PARTS:
            others = list(_changed(getattr(fact, field.name))) if parts else []
        elif field.name in NAMES_THE_READER:
            others = []
        for value in others:
            other = type(fact).FromString(fact.SerializeToString())
            other.ClearField(field.name)
            if isinstance(value, Message):
                getattr(other, field.name).CopyFrom(value)
            elif value is not None:
                setattr(other, field.name, value)
            yield other


def delivery_of(fact: Any) -> Delivery:
    return Delivery("e", "s", fact.DESCRIPTOR.full_name, "a", 1, 1, fact.SerializeToString(), "", 1, NOW)


@cache
def heard(event_type: str) -> frozenset[str]:
    """The templates that the facts of one type become, each filled and shown in every language and channel."""
    hearing: Hearing = HEARD[event_type]
    found = set()
    for fact in branches(full(hearing.body)):
        letters = hearing.letters(fact, delivery_of(fact))
        assert bool(letters) != (getattr(fact, "kind", "") in QUIET_KINDS.get(event_type, ()))
        for letter in letters:
            template = TEMPLATES[letter.template]
            assert set(letter.parameters) == set(template.parameters)
            assert bool(letter.recipient.person_id) == (template.to == "person")
            for language in LANGUAGES:
                for channel in template.channels:
                    assert render_for(template, channel, letter.parameters, language).body
                wechat_fields(template, letter.parameters, language)
            # What notify says itself it says in the reader's language; names and remarks are as they were given.
            shown = shown_values(template, letter.parameters, "en")
            own = set(shown) & {"role", "state", "result", "cause", "section"}
            assert not [name for name in own if CHINESE.search(shown[name])]
            found.add(letter.template)
    return frozenset(found)


@pytest.mark.parametrize("event_type", HEARD)
def test_msg_07_whatever_a_fact_says_its_message_has_all_it_needs(event_type: str) -> None:
    assert heard(event_type)


def places() -> dict[tuple[str, str], set[str]]:
    """Where workflows send a notice: (file, function) → the templates named there; empty when one is passed on."""
    found: dict[tuple[str, str], set[str]] = {}
    for path in sorted((ROOT / "workflows").rglob("*.py")):
        for function in ast.walk(ast.parse(path.read_text())):
            if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            for call in ast.walk(function):
                if isinstance(call, ast.Call) and ast.unparse(call.func).endswith("SendNoticeRequest"):
                    [named] = [keyword.value for keyword in call.keywords if keyword.arg == "template"]
                    place = (str(path.relative_to(ROOT)), function.name)
                    found.setdefault(place, set()).update(_named(named))
    return found


def _named(node: ast.expr) -> set[str]:
    match node:
        case ast.Constant(value=str(key)):
            return {key}
        case ast.IfExp(body=body, orelse=orelse):
            return _named(body) | _named(orelse)
        case ast.Attribute(value=ast.Name(id="NoticeTemplate"), attr=name):
            return {window.NoticeTemplate[name].value}
        case ast.Attribute(value=ast.Name(), attr="template"):
            return set()
    raise AssertionError(f"cannot see which template this names: {ast.unparse(node)}")


Sent = list[notify_service_pb2.SendNoticeRequest]


@asynccontextmanager
async def province() -> AsyncIterator[tuple[Province, Sent]]:
    """A province on 20 July, in its first round, and what is sent while it is there."""

    async def clock() -> datetime:
        return NOW

    there = Province("c", Moments(datetime(2023, 6, 30, 16, tzinfo=UTC)), clock, sequence=2)
    there.desks["SD-QILU"] = Desk(approved=3, provisional=2, unpublished=1, fixable=[("p", NOW + timedelta(days=1))])
    there.drafts = ["p"]
    there.closed_windows = [("SD-QILU", 1)]
    sent: Sent = []
    yield there, sent
    sent.extend(there.notices.values())


async def _run(activity: Callable[..., Awaitable[Any]], *orders: Any) -> None:
    for order in orders:
        await ActivityEnvironment().run(activity, order)


async def _base() -> Sent:
    async with province() as (there, sent):
        about = [
            window.BaseNotice("c", "SD-QILU", 1, template, 2)
            for template in window.NoticeTemplate
            if template.startswith("window_not") or template is window.NoticeTemplate.REVIEW_DIGEST
        ]
        await _run(WindowActivities(there, there).send_notice, *about)
    return sent


async def _milestones() -> Sent:
    templates = [
        window.NoticeTemplate.MILESTONE_REMINDER,
        window.NoticeTemplate.MILESTONE_OVERDUE,
        window.NoticeTemplate.WINDOW_DIGEST,
    ]
    async with province() as (there, sent):
        orders = [
            window.MilestoneNotice("c", "SD-QILU", 1, template, milestone, NOW, lead, 2, remaining)
            for template in templates
            for milestone in window.Milestone
            for lead, remaining in ((24.0, 0), (72.0, 7))
        ]
        await _run(WindowActivities(there, there).tell_milestone, *orders)
    return sent


async def _fixable() -> Sent:
    async with province() as (there, sent):
        await _run(WindowActivities(there, there).remind_fixable, window.FixReminder("c", "SD-QILU", 1))
    return sent


async def _lists() -> Sent:
    async with province() as (there, sent):
        orders = [
            listing.ListNotice(template, template, "SD-QILU", "SD-QILU", 3, 1, 2, 1, NOW, NOW)
            for template in listing.NoticeTemplate
        ]
        await _run(ListActivities(there.lists, there).send_list_notice, *orders)
    return sent


async def _drafts() -> Sent:
    async with province() as (there, sent):
        reminder = year.DraftReminder("c", "k", 24.0, NOW + timedelta(days=1))
        await _run(CycleNews(there, there, there).remind_drafts, reminder)
    return sent


async def _report() -> Sent:
    async with province() as (there, sent):
        await _run(CycleNews(there, there, there).report_phase, year.ReportOrder("c", 1, True))
    return sent


async def _change() -> Sent:
    async with province() as (there, sent):
        news = CycleNews(there, there, there)
        await _run(news.announce_change, year.Announcement("c", there.version))
        await _run(news.announce_change, year.Announcement("c", await there.hold()))
    return sent


async def _next() -> Sent:
    async with province() as (there, sent):
        order = PrepareOrder(NOW, "Asia/Shanghai")
        await _run(NextCycleActivities(there, there).prepare_next_cycles, order)
    return sent


SENDERS: dict[tuple[str, str], tuple[Callable[[], Awaitable[Sent]], set[str]]] = {
    ("workflows/base_window/activities.py", "send_notice"): (
        _base,
        {"review_digest", "window_not_reviewed", "window_not_published"},
    ),
    ("workflows/base_window/activities.py", "tell_milestone"): (
        _milestones,
        {"milestone_reminder", "milestone_overdue", "window_digest"},
    ),
    ("workflows/base_window/activities.py", "_remind_one"): (_fixable, {"fix_reminder"}),
    ("workflows/published_list/activities.py", "send_list_notice"): (_lists, set(listing.NoticeTemplate)),
    ("workflows/recruitment_cycle/news.py", "remind_drafts"): (_drafts, {"registration_closing"}),
    ("workflows/recruitment_cycle/news.py", "report_phase"): (_report, {"phase_report"}),
    ("workflows/recruitment_cycle/news.py", "announce_change"): (_change, {"calendar_changed", "calendar_held"}),
    ("workflows/next_cycle/activities.py", "_tell"): (_next, {"next_cycle_prepared"}),
}
"""Every place in the workflows that sends, what makes it send, and the templates it sends."""


def test_msg_07_every_place_that_sends_is_known_and_every_template_it_may_name() -> None:
    found = places()
    assert set(found) == set(SENDERS)
    for place, named in found.items():
        assert named <= SENDERS[place][1], place
    declared = {*window.NoticeTemplate, *listing.NoticeTemplate}
    assert declared <= {template for _, templates in SENDERS.values() for template in templates}


@pytest.mark.parametrize("place", SENDERS, ids=lambda place: place[1])
async def test_msg_07_a_timed_notice_gives_its_template_exactly_what_it_takes(place: tuple[str, str]) -> None:
    send, templates = SENDERS[place]
    sent = await send()
    assert {request.template for request in sent} == templates
    for request in sent:
        template = TEMPLATES[request.template]
        assert set(request.parameters) == set(template.parameters)
        assert (request.WhichOneof("recipient") == "person_id") == (template.to == "person")
        values = read_values(request.template, dict(request.parameters))
        shown = shown_values(template, values, "en")
        own = set(shown) & {"milestone", "forecast"}
        assert not [name for name in own if CHINESE.search(shown[name])]
        for language in LANGUAGES:
            for channel in (*template.channels, Channel.INBOX):
                assert render_for(template, channel, values, language).body


def test_msg_07_every_template_is_sent_by_somebody() -> None:
    by_facts = {template for event_type in HEARD for template in heard(event_type)}
    by_time = {template for _, templates in SENDERS.values() for template in templates}
    assert not (by_facts | by_time) & set(BY_HAND)
    assert by_facts | by_time | set(BY_HAND) == set(TEMPLATES)
