"""A form that was refused until its sender proves again: carried through the proof page under names of its own."""

from __future__ import annotations

from services.portal.forms import Posted

CARRIED = "carry."
"""Prefix of the fields of the refused form, so that they meet none of the proof's."""


def carried_in(form: Posted) -> list[tuple[str, str]]:
    """The fields of the refused form that `form` carries."""
    return [(name.removeprefix(CARRIED), value) for name, value in form.values.items() if name.startswith(CARRIED)]
