"""OPS-43: after a restore no new fact is ignored as old, and what the lost future said is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as some

from residency.enrollment.v1 import cycle_pb2
from residency.enrollment.v1 import events_pb2 as facts
from services.kit.delivery import Delivery, epoch_in, order_of, version_in
from services.notify.hook_events import events_of
from services.notify.letters import HEARD
from tests.support.deliveries import delivery_of
from workflows.base_window.backlog import Backlog
from workflows.base_window.contract import DecisionKind
from workflows.heard import change_in, decisions_in

EPOCHS, VERSIONS = some.integers(1, 1_000), some.integers(0, 2**31 - 1)


@given(EPOCHS, VERSIONS, EPOCHS, VERSIONS)
def test_ops_43_the_order_is_that_of_epoch_then_version(epoch: int, version: int, other: int, than: int) -> None:
    left, right = order_of(epoch, version), order_of(other, than)
    assert (left < right) == ((epoch, version) < (other, than))
    assert (epoch_in(left), version_in(left)) == (epoch, version)


@given(VERSIONS)
def test_ops_43_in_the_first_epoch_it_is_the_version_that_was_stored_before(version: int) -> None:
    assert order_of(1, version) == version


@given(some.data())
def test_ops_43_whatever_order_facts_come_in_the_newest_of_the_new_epoch_counts(data: some.DataObject) -> None:
    """A backup at version `kept`; the lost future went on to `lost`, the new epoch to `new`, the same numbers anew."""
    kept = data.draw(some.integers(1, 5), "kept")
    lost = data.draw(some.integers(kept + 1, kept + 6), "lost")
    new = data.draw(some.integers(kept + 1, kept + 6), "new")
    told = [
        *(_fact(1, version, approved=version != lost) for version in range(2, lost + 1)),
        *(_fact(2, version, approved=version == new) for version in range(kept + 1, new + 1)),
    ]
    told = data.draw(some.permutations(told + data.draw(some.lists(some.sampled_from(told), max_size=4))), "order")
    backlog = Backlog()
    backlog.hear(heard.decision for delivery in told for heard in decisions_in(delivery))
    ((_, last),) = backlog._since.values()
    assert (epoch_in(last.version), version_in(last.version)) == (2, new)
    assert last.kind is DecisionKind.APPROVED


def test_ops_43_a_version_of_the_calendar_given_anew_is_told_anew() -> None:
    changed = facts.CalendarChanged(cycle_id="c", version=4, kind="amend", province_code="SD", present="报名")
    before, after = delivery_of(changed, epoch=1), delivery_of(changed, epoch=2)
    assert change_in(after, changed).calendar_version > change_in(before, changed).calendar_version == 4
    letters = HEARD[changed.DESCRIPTOR.full_name].letters
    (first,), (second,) = letters(changed, before), letters(changed, after)
    assert first.key == "notice/calendar/c/4/SD" != second.key


def test_ops_43_systems_see_versions_that_go_on_growing() -> None:
    (first,), (second,) = events_of(_fact(1, 9, approved=True)), events_of(_fact(2, 3, approved=True))
    versions = [each.event.data["version"] for each in (first, second)]
    assert versions[0] == 9 < int(versions[1]) < 2**53, "a number that JSON's readers can hold"


def _fact(epoch: int, version: int, *, approved: bool) -> Delivery:
    about = facts.ApplicationFact(
        application_id="a",
        cycle_id="c",
        base_code="SD-QILU",
        round=1,
        version=version,
        phase=cycle_pb2.PHASE_FIRST_CHOICE,
    )
    return delivery_of(facts.ApplicationReviewed(application=about, approved=approved), version, epoch)
