"""ID-41: a person's right to what is held about them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from services.identity.core import Core
from services.identity.store.own_data import OwnData
from services.identity.wire import unknown_person
from services.kit.audit import note
from services.kit.domain import Caller, DomainError, Kind


class OwnDataHandlers:
    """Exports."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def export(self, caller: Caller) -> str:
        """One JSON object: `exported_at` and, by kind, everything identity holds about the caller.

        Document and mobile numbers are in the clear: they are the caller's own. Password, second factors' secrets and
        the hashes numbers are found by are left out. Instants are ISO 8601 in UTC.

        Raises DomainError FORBIDDEN OWN_DATA_ONLY for somebody who acts in the person's place.
        """
        core, now = self._core, self._core.clock.now()
        if caller.acting_by:
            message = "代办期间不能导出他人的个人数据。"
            raise DomainError(Kind.FORBIDDEN, "OWN_DATA_ONLY", message, rule="ID-41")
        async with core.database.unit_of_work() as uow:
            await note(uow, core.clock, "data_exported", caller.person_id, who=caller)
            held = await OwnData(uow.session).all_of(caller.person_id)
        if not held["person"]:
            raise unknown_person()
        found: dict[str, Any] = {
            kind: [self._readable(row, str(row.get("person_id", ""))) for row in rows] for kind, rows in held.items()
        }
        found["person"] = found["person"][0]
        return json.dumps({"exported_at": _iso(now), **found}, ensure_ascii=False, default=str)

    def _readable(self, row: Mapping[str, Any], person_id: str) -> dict[str, Any]:
        readable: dict[str, Any] = {}
        for name, value in row.items():
            if name.endswith("_sealed"):
                # A recovery's number is sealed for the recovery and is the person's own again: it is told once.
                if value is not None and "recovery_id" not in row:
                    readable[name.removesuffix("_sealed") + "_number"] = self._core.vault.open(value, person_id)
            else:
                readable[name] = _iso(value) if isinstance(value, datetime) else value
        return readable


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()
