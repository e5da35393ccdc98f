"""Which base waits for what since when, in Temporal's own UI: search attributes, never a name or a number of a person.

Ask there, for example, `ResidencyCycle = "…" AND ResidencyWaitsFor = "publicity_end" ORDER BY ResidencyWaitingSince`.

A run shows what it waits for only when whoever started it gave it `start_attributes`: nobody does where the namespace
does not know the attributes, and no run of before they existed has any. So no run is stuck for want of them, and old
histories replay without a patch.
"""

from __future__ import annotations

from typing import Any

from temporalio import workflow
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes

CYCLE = SearchAttributeKey.for_keyword("ResidencyCycle")
BASE = SearchAttributeKey.for_keyword("ResidencyBase")
ROUND = SearchAttributeKey.for_int("ResidencyRound")
WAITS_FOR = SearchAttributeKey.for_keyword("ResidencyWaitsFor")
WAITING_SINCE = SearchAttributeKey.for_datetime("ResidencyWaitingSince")

KEYS: tuple[SearchAttributeKey[Any], ...] = (CYCLE, BASE, ROUND, WAITS_FOR, WAITING_SINCE)
"""All of them; the workflows process makes them known to its namespace at its start."""


def start_attributes(cycle_id: str, base_code: str = "", round_number: int = 0) -> TypedSearchAttributes:
    """What a run is found by from its start; give it to `start_workflow`. Nothing is said of what is empty.

    What waits for faculty belongs to no cycle: it is found by its base alone.
    """
    pairs: list[SearchAttributePair[Any]] = [SearchAttributePair(CYCLE, cycle_id)] if cycle_id else []
    if base_code:
        pairs.append(SearchAttributePair(BASE, base_code))
    if round_number:
        pairs.append(SearchAttributePair(ROUND, round_number))
    return TypedSearchAttributes(pairs)


def child_attributes(cycle_id: str, base_code: str = "", round_number: int = 0) -> TypedSearchAttributes:
    """The same for a child that a workflow starts: none when the run itself has none."""
    if not _shown():
        return TypedSearchAttributes.empty
    return start_attributes(cycle_id, base_code, round_number)


def waits_for(what: str) -> None:
    """Say in workflow code what the run waits for from now on, such as `publicity_end`: an enum's word, no sentence.

    Costs one event and no workflow task of its own; saying the same again costs nothing.
    """
    if not _shown() or workflow.info().typed_search_attributes.get(WAITS_FOR) == what:
        return
    workflow.upsert_search_attributes([WAITS_FOR.value_set(what), WAITING_SINCE.value_set(workflow.now())])


def _shown() -> bool:
    known = workflow.info().typed_search_attributes
    return known.get(CYCLE) is not None or known.get(BASE) is not None
