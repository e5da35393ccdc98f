"""SES-14: how keys change in a key document; pure, so that a command can show what it would do before it writes.

A new signing key is published for a minute before it signs, so that no service meets a token whose key it has not
seen; the one before counts for the overlap after that. Sealing keys are added and never taken out here: what they
sealed is still to be read until all of it was sealed anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any

from services.identity import keys
from services.kit import vault

OVERLAP = timedelta(hours=24)
"""How long tokens of a key that no longer signs count."""
LEAD = timedelta(seconds=60)
"""How long a key is published before it signs: services fetch the published set at least so often."""


def rotate_signing(document: Mapping[str, Any], now: datetime, overlap: timedelta = OVERLAP) -> dict[str, Any]:
    """The document with a new signing key, and with an end for all others that have none yet.

    An `overlap` of zero is for a key that leaked: the new one signs at once, and every token signed before is refused.
    Raises KeysMissing for a document that is malformed.
    """
    keys.parse(document)
    changed = deepcopy(dict(document))
    signs_from = now + LEAD if overlap >= LEAD else now
    ends = _seconds(signs_from + overlap)
    for key in changed["signing"]:
        key["until"] = min(key.get("until", ends), ends)
    changed["signing"].append(keys.fresh_signing_key() | {"from": _seconds(signs_from)})
    return changed


def retire(document: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The document without signing keys whose end has passed. Raises KeysMissing when none would be left to sign."""
    changed = deepcopy(dict(document))
    changed["signing"] = [key for key in changed["signing"] if key.get("until", _seconds(now) + 1) > now.timestamp()]
    keys.parse(changed).signer(now)
    return changed


def rotate_sealing(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document with a new sealing key that seals from now on; the others stay to read with. Raises KeysMissing."""
    held = vault.parse(document)
    changed = deepcopy(dict(document))
    number = 1 + max((int(name[1:]) for name in held.sealing if name[1:].isdigit()), default=0)
    changed["sealing"]["keys"][f"k{number}"] = vault.fresh_key()
    changed["sealing"]["current"] = f"k{number}"
    return changed


def _seconds(at: datetime) -> int:
    return int(at.timestamp())
