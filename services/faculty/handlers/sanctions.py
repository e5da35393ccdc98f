"""暂停: somebody teaches no new months until the suspension is lifted (APPT-08, APPT-12, C5)."""

from __future__ import annotations

import json

from services.faculty.core import Core
from services.faculty.deeds import Deed
from services.faculty.directory import Places
from services.faculty.domain.appointment import Event
from services.faculty.domain.entry_rules import Evaluation, evaluate
from services.faculty.domain.terms import month_end
from services.faculty.handlers.appointment_deeds import carry_out, decided, reached
from services.faculty.handlers.orphaning import orphan
from services.faculty.store import appointments as store
from services.faculty.store.appointments import Appointment
from services.faculty.store.policies import policy_of
from services.faculty.store.standing import facts_of
from services.kit.audit import check_reason
from services.kit.domain import Caller
from services.kit.ids import new_id


class Sanctions:
    """Suspending and lifting."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def record(
        self, caller: Caller, appointment_id: str, version: int, reason_code: str, reason: str, source: str, key: str
    ) -> None:
        """APPT-12: suspend; somebody suspended may be so once more, for another reason or by the province.

        The running month goes on; the planned ones after it are without a teacher.

        Raises:
            DomainError: NOT_FOUND APPOINTMENT_NOT_FOUND; CONFLICT VERSION_MOVED; FORBIDDEN OWN_CASE; NOT_NOW OVER,
                WRONG_STATE; INVALID REASON_NUMBERS.
        """
        check_reason(source)
        places = await self._core.directory.know(caller.organisation)

        async def work(deed: Deed) -> str:
            one = await reached(deed, places, appointment_id, version)
            outcome = await decided(deed, one, Event.SANCTION)
            sanction_id = new_id()
            await store.add_sanction(
                deed.session,
                {
                    "sanction_id": sanction_id,
                    "appointment_id": appointment_id,
                    "reason_code": reason_code,
                    "reason": reason,
                    "source": source,
                    "organisation_code": _for_whom(caller, one),
                    "recorded_by": caller.actor,
                    "recorded_at": deed.now,
                },
            )
            await carry_out(
                *(deed, one, outcome, "suspended"),
                reason_code=reason_code,
                reason=reason,
                detail={"sanction_id": sanction_id},
            )
            await orphan(deed, one.person_id, one.base_code, month_end(deed.today), "suspended")
            return sanction_id

        body = json.dumps([appointment_id, version, reason_code, reason, source]).encode()
        await self._core.deeds.run(caller, key, body, work)

    async def lift(self, caller: Caller, appointment_id: str, version: int, reason: str, key: str) -> None:
        """APPT-08: lift everything that suspends, when the entry rules pass today; the evaluation is kept.

        Raises:
            DomainError: NOT_FOUND APPOINTMENT_NOT_FOUND; CONFLICT VERSION_MOVED; FORBIDDEN OWN_CASE, PROVINCE_DECIDES;
                NOT_NOW RULES_NOT_MET, OVER, WRONG_STATE; INVALID REASON_NUMBERS.
        """
        places = await self._core.directory.know(caller.organisation)

        async def work(deed: Deed) -> str:
            one = await reached(deed, places, appointment_id, version)
            found = await self._evaluation(deed, places, one)
            outcome = await decided(deed, one, Event.LIFT, rules_pass=found.passes)
            await store.lift_sanctions(deed.session, appointment_id, by=caller.actor, at=deed.now, reason=reason)
            await carry_out(deed, one, outcome, "lifted", reason=reason, detail={"evaluation": found.to_json()})
            return appointment_id

        await self._core.deeds.run(caller, key, json.dumps([appointment_id, version, reason]).encode(), work)

    async def _evaluation(self, deed: Deed, places: Places, one: Appointment) -> Evaluation:
        facts = (await facts_of(deed.session, self._core.sealing, [one.person_id], one.base_code))[one.person_id]
        policy = await policy_of(deed.session, places, one.base_code)
        return evaluate(facts, deed.today, policy).at(deed.now)


def _for_whom(caller: Caller, one: Appointment) -> str:
    """Who suspends: the province, or the base, whichever of its offices it was."""
    return caller.organisation if caller.role == "province_administrator" else one.base_code
