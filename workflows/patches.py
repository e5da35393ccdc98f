"""Every patch of workflow code that runs somewhere: why, since when, and from when on it may be removed.

The rule, OPS-06. A change that adds, removes or reorders what a running workflow does (an activity, a timer, a child, a
signal sent) goes behind `workflow.patched("<id>")`, and the id is listed here in the same commit. When every workflow
that started before the change has ended (`removable_after`, the end of that recruitment year plus retention), the
old branch is deleted, the call becomes `workflow.deprecate_patch("<id>")`, and a release later both go. Changing only
how long something waits needs no patch for replay, but it changes the stories: their diff is the review.

`tests/workflow/test_patches.py` fails on a patch that is used and not listed, listed and not used, or overdue.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Patch:
    """One change of running workflows. `since` and `removable_after` are calendar days, UTC."""

    patch_id: str
    why: str
    since: date
    removable_after: date


PATCHES: tuple[Patch, ...] = (
    Patch(
        "window-in-full",
        "A window reminds before each date of its base, escalates, falls quiet when it has finished, and stands still "
        "while the cycle is held; a run of before reminds once.",
        date(2026, 11, 22),
        date(2027, 12, 31),
    ),
    Patch(
        "cycle-in-full",
        "A year reminds drafts, reports its rounds, is held and changed; a run of before enters phases only, and goes "
        "on as a new run when its calendar first changes.",
        date(2026, 11, 22),
        date(2027, 12, 31),
    ),
    Patch(
        "phase-beside-news",
        "A year near a boundary reminds and reports beside entering the phase that is due; a run of before waits for "
        "what it tells first.",
        date(2026, 11, 23),
        date(2027, 12, 31),
    ),
    Patch(
        "phase-beside-windows",
        "A year near a boundary opens the windows of a round beside entering the phase that is due; a run of before "
        "opens all of them first, which may take longer than a short round.",
        date(2026, 11, 23),
        date(2027, 12, 31),
    ),
)
"""The patches in force."""
