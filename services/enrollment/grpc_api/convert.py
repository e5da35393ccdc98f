"""Values that several servicers turn into messages and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from google.protobuf.struct_pb2 import Struct, Value
from google.protobuf.timestamp_pb2 import Timestamp

from residency.enrollment.v1 import application_pb2, cycle_pb2
from services.enrollment.domain import dossier
from services.enrollment.domain.application import State
from services.enrollment.domain.capabilities import Action
from services.enrollment.domain.choice import Choice
from services.enrollment.domain.dossier import Section
from services.enrollment.domain.milestones import NAMES, Milestones
from services.enrollment.domain.phases import Phase
from services.enrollment.domain.refusals import REASONS, Decision
from services.enrollment.domain.sending import TimePolicy
from services.enrollment.views import ProblemView, SectionView

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_STATES = {f"APPLICATION_STATE_{state.name}": state for state in State}


def timestamp(instant: datetime | None) -> Timestamp | None:
    """An instant as a message; None stays unset."""
    if instant is None:
        return None
    micros = (instant - _EPOCH) // _MICROSECOND
    return Timestamp(seconds=micros // 1_000_000, nanos=micros % 1_000_000 * 1000)


def instant(message: Timestamp) -> datetime:
    """A message as an aware instant in UTC."""
    return message.ToDatetime(tzinfo=UTC)


def phase_message(phase: Phase) -> str:
    """The contract's name of a phase."""
    return phase.label


def phase_of(value: int) -> Phase:
    """The phase of a contract's value."""
    return Phase[cycle_pb2.Phase.Name(value).removeprefix("PHASE_")]


def state_message(state: State) -> str:
    """The contract's name of a state."""
    return f"APPLICATION_STATE_{state.name}"


def states_of(values: Iterable[int]) -> frozenset[State]:
    """The states of a contract's values; unspecified ones are left out."""
    names = [application_pb2.ApplicationState.Name(value) for value in values]
    return frozenset(_STATES[name] for name in names if name in _STATES)


def section_of(value: int) -> Section:
    """The section of a contract's value."""
    return Section[application_pb2.Section.Name(value).removeprefix("SECTION_")]


def section_message(section: Section) -> str:
    """The contract's name of a section."""
    return f"SECTION_{section.name}"


def body_of(message: Struct) -> dict[str, object]:
    """A section's fields as plain values; a nested one becomes a tuple, which no field accepts."""
    return {key: _plain(value) for key, value in message.fields.items()}


def _plain(value: Value) -> object:
    match value.WhichOneof("kind"):
        case "string_value":
            return value.string_value
        case "bool_value":
            return value.bool_value
        case "number_value":
            return value.number_value
        case "struct_value" | "list_value":
            return ()
        case _:
            return None


def body_message(body: Mapping[str, dossier.Value]) -> Struct:
    """A section's fields as a message."""
    message = Struct()
    for key, value in body.items():
        field = message.fields[key]
        if isinstance(value, str):
            field.string_value = value
        elif isinstance(value, bool):
            field.bool_value = value
        else:
            field.number_value = value
    return message


def choice_of(message: application_pb2.Choice) -> Choice:
    """A choice."""
    return Choice(message.base_code, message.specialty_code, message.accepts_reallocation)


def choice_message(choice: Choice) -> application_pb2.Choice:
    """The same as a message."""
    return application_pb2.Choice(
        base_code=choice.base_code,
        specialty_code=choice.specialty_code,
        accepts_reallocation=choice.accepts_reallocation,
    )


def status_message(view: SectionView) -> application_pb2.SectionStatus:
    """A section with its status."""
    return application_pb2.SectionStatus(
        section=section_message(view.section),
        complete=view.complete,
        body=body_message(view.body),
        saved_at=timestamp(view.saved_at),
        problems=_problems(view.problems),
        to_check=_problems(view.to_check),
    )


def _problems(views: Iterable[ProblemView]) -> list[application_pb2.FieldProblem]:
    return [application_pb2.FieldProblem(key=view.key, rule=view.rule, message=view.message) for view in views]


def capability_messages(decisions: Mapping[Action, Decision]) -> list[application_pb2.Capability]:
    """What one may do, in the order of the tables."""
    return [capability_message(action, decision) for action, decision in decisions.items()]


def capability_message(action: Action, decision: Decision) -> application_pb2.Capability:
    """Whether one action is open, and why not in one sentence."""
    return application_pb2.Capability(
        action=action.value,
        allowed=decision.allowed,
        reason=decision.reason,
        rule=decision.rule,
        until=timestamp(decision.until),
        changed_by=decision.changed_by,
        message="" if decision.allowed else REASONS[decision.reason][1],
    )


def milestones_of(message: cycle_pb2.Milestones) -> Milestones:
    """A base's dates; unset ones stay None."""
    return Milestones(*(instant(getattr(message, name)) if message.HasField(name) else None for name in NAMES))


def milestones_message(milestones: Milestones) -> cycle_pb2.Milestones:
    """The same as a message."""
    return cycle_pb2.Milestones(**{name: timestamp(at) for name, at in milestones.dated()})


def time_policy_message(policy: TimePolicy) -> cycle_pb2.TimePolicy:
    """When people may be disturbed."""
    quiet = policy.quiet
    return cycle_pb2.TimePolicy(
        reminder_hours=policy.reminder_hours,
        verification_reminder_days=policy.verification_reminder_days,
        quiet=cycle_pb2.QuietHours(
            anchor=timestamp(quiet.anchor),
            day_seconds=quiet.day_seconds,
            from_minute=quiet.from_minute,
            until_minute=quiet.until_minute,
            exam_until_minute=quiet.exam_until_minute,
            exam_days=[day for day in map(timestamp, sorted(quiet.exam_days)) if day is not None],
        ),
    )
