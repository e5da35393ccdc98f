"""What faculty has of every kind: ours, of the department and the base next door, and of another province.

Rows by SQL, so that an area can be asked about another's things before that area's own commands exist. Ids in
`Scene.ids`, by noun; `foreign_`, `other_` (another base of our province) and `neighbour_` (another department of our
base) before the noun say whose it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from services.kit.ids import new_id
from tests.authority.asks import Relation
from tests.authority.scene import FOREIGN_DEPARTMENT, NEIGHBOUR_DEPARTMENT, OTHER_DEPARTMENT, Scene
from tests.authority.wire import Someone
from tests.support.people import BASE, DEPARTMENT, FOREIGN_BASE, OTHER_BASE, OTHER_PROVINCE, PROVINCE

NOUNS = (
    *("batch", "candidacy", "refused_candidacy", "recommended_candidacy", "appointment", "case", "sanction"),
    *("incident", "evidence", "trainee", "roster", "proposal", "leave", "teacher"),
)
"""What there is one of with each prefix; `teacher` is the person of candidacy, appointment, incident and leave."""
PLACES = {
    "": (BASE, DEPARTMENT),
    "neighbour_": (BASE, NEIGHBOUR_DEPARTMENT),
    "other_": (OTHER_BASE, OTHER_DEPARTMENT),
    "foreign_": (FOREIGN_BASE, FOREIGN_DEPARTMENT),
}
"""By prefix, the base and the department."""
_TRAINEES = {"": "applicant", "neighbour_": "another", "other_": "stranger", "foreign_": "elsewhere"}
_DEPARTMENT_ROLES = ("department_director", "department_secretary")
_TODAY = "(now() AT TIME ZONE 'Asia/Shanghai')::date"
_MONTH = f"date_trunc('month', {_TODAY})"


def prefixes_of_others(who: Someone) -> list[str]:
    """Whose things are out of the reach of somebody of ours with this role."""
    if who.role == "province_administrator":
        return ["foreign_"]
    if who.role == "teaching_department":
        return ["foreign_", "other_"]
    return ["foreign_", "other_", "neighbour_"]


def things(scene: Scene, noun: str, who: Someone, relation: Relation) -> list[str]:
    """Ids of things of that kind in that relation to whoever asks."""
    if relation is Relation.ABSENT:
        return [new_id()]
    if relation is Relation.OWN:
        return [scene.ids[noun]]
    return [scene.ids[prefix + noun] for prefix in prefixes_of_others(who)]


def departments(who: Someone, relation: Relation) -> list[str]:
    """Codes of departments in that relation to whoever asks."""
    if relation is Relation.ABSENT:
        return ["SD-NOWHERE-NK"]
    if relation is Relation.OWN:
        return [DEPARTMENT]
    return [PLACES[prefix][1] for prefix in prefixes_of_others(who)]


def bases(who: Someone, relation: Relation) -> list[str]:
    """Codes of bases in that relation to whoever asks; a department's hats have their base."""
    if relation is Relation.ABSENT:
        return ["SD-NOWHERE"]
    if relation is Relation.OWN:
        return [BASE]
    return list(dict.fromkeys(PLACES[prefix][0] for prefix in prefixes_of_others(who) if PLACES[prefix][0] != BASE))


@dataclass
class _Tale:
    """What is told of one base and department."""

    scene: Scene
    prefix: str

    @property
    def base(self) -> str:
        return PLACES[self.prefix][0]

    @property
    def department(self) -> str:
        return PLACES[self.prefix][1]

    def id(self, noun: str) -> str:
        """The id of the thing; made up the first time."""
        return self.scene.ids.setdefault(self.prefix + noun, new_id())

    @property
    def name(self) -> str:
        """What the teacher is called."""
        return f"{self.prefix or 'our_'}teacher"

    async def put(self, table: str, sql: dict[str, str] | None = None, /, **values: Any) -> None:
        """One row; what stands in `sql` is an expression."""
        columns = [*values, *(sql or {})]
        slots = [*(f"${n}" for n in range(1, len(values) + 1)), *(sql or {}).values()]
        statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join(slots)})"
        await self.scene.state.execute("faculty", statement, *values.values())

    async def tell(self) -> None:
        """Everything."""
        await self._batches()
        await self._standing()
        await self._appointment()
        await self._trainee()

    async def _batches(self) -> None:
        await self.batch(self.id("batch"), self.base)
        await self._candidacy("candidacy", self.id("batch"), "submitted")
        for noun, state in (("refused_candidacy", "not_recommended"), ("recommended_candidacy", "recommended")):
            batch_id = new_id()
            await self.batch(batch_id, self.base, needs_acknowledgement=True)
            await self._candidacy(noun, batch_id, state)

    async def batch(self, batch_id: str, organisation: str, **more: Any) -> None:
        """An open one."""
        await self.put(
            "batch",
            {
                "opens_at": "now() - interval '1 day'",
                "apply_until": "now() + interval '20 days'",
                "closes_at": "now() + interval '30 days'",
                "reference_date": _TODAY,
                "created_at": "now()",
            },
            batch_id=batch_id,
            organisation_code=organisation,
            name=f"{self.prefix}batch",
            **more,
        )

    async def _candidacy(self, noun: str, batch: str, state: str) -> None:
        """Of the same teacher, decided or not."""
        await self.put(
            "candidacy",
            {"submitted_at": "now()", "created_at": "now()", "decided_at": "now()"},
            candidacy_id=self.id(noun),
            batch_id=batch,
            person_id=self.id("teacher"),
            name=self.name,
            masked_document="3701**********0011",
            hospital_code=self.base,
            base_code=self.base,
            department_code=self.department,
            state=state,
            title="attending",
        )

    async def _standing(self) -> None:
        await self.put(
            "incident",
            {"occurred_on": _TODAY, "recorded_at": "now()"},
            incident_id=self.id("incident"),
            person_id=self.id("teacher"),
            base_code=self.base,
            kind="damage",
            degree="main",
            source="医务处",
        )
        await self.put(
            "evidence",
            {"on_day": _TODAY, "recorded_at": "now()"},
            evidence_id=self.id("evidence"),
            person_id=self.id("teacher"),
            base_code=self.base,
            kind="assessment",
            outcome="passed",
            source="教学部",
        )
        await self.put(
            "roster",
            {"uploaded_at": "now()"},
            roster_id=self.id("roster"),
            department_code=self.department,
            base_code=self.base,
            state="checked",
            file_name=f"{self.prefix}roster.xlsx",
        )

    async def _appointment(self) -> None:
        await self.put(
            "appointment",
            {
                "from_day": f"{_TODAY} - 30",
                "until_day": f"{_TODAY} + 335",
                "review_due": f"{_TODAY} + 30",
                "created_at": "now()",
            },
            appointment_id=self.id("appointment"),
            person_id=self.id("teacher"),
            name=self.name,
            base_code=self.base,
            department_code=self.department,
            state="active",
            title="attending",
            review_year=2026,
            review_state="due",
        )
        await self.put(
            "dismissal_case",
            {"proposed_at": "now()", "effective_day": f"({_MONTH} + interval '1 month')::date - 1"},
            case_id=self.id("case"),
            appointment_id=self.id("appointment"),
            reason_code="other",
            source="secretary",
            state="open",
        )
        await self.put(
            "sanction",
            {"recorded_at": "now()"},
            sanction_id=self.id("sanction"),
            appointment_id=self.id("appointment"),
            reason_code="other",
        )

    async def _trainee(self) -> None:
        trainee = self.id("trainee")
        await self.put(
            "trainee",
            {"from_day": f"{_TODAY} - 100", "until_day": f"{_TODAY} + 995", "arrived_at": "now()"},
            trainee_id=trainee,
            person_id=self.scene.cast[_TRAINEES[self.prefix]].person_id,
            name=f"{self.prefix or 'our_'}trainee",
            base_code=self.base,
            specialty_code="0100",
            specialty_name="内科",
            application_id=new_id(),
            cohort=2026,
            kind="social",
            state="active",
            plan_version=1,
        )
        await self.put(
            "rotation",
            {
                "from_day": f"({_MONTH} - interval '2 months')::date",
                "until_day": f"({_MONTH} + interval '6 months')::date - 1",
            },
            trainee_id=trainee,
            department_code=self.department,
        )
        await self.put("rotation_plan", {"rotations": "'[]'", "made_at": "now()"}, trainee_id=trainee, plan_version=1)
        await self.put(
            "cell",
            {"month": f"({_MONTH} + interval '1 month')::date", "changed_at": "now()"},
            trainee_id=trainee,
            department_code=self.department,
            teacher_id=self.id("teacher"),
            origin="manual",
        )
        await self.put(
            "leave",
            {
                "from_day": f"{_TODAY} + 100",
                "until_day": f"{_TODAY} + 120",
                "recorded_at": "now()",
            },
            leave_id=self.id("leave"),
            person_id=self.id("teacher"),
            name=self.name,
            base_code=self.base,
            department_code=self.department,
            kind="sick",
        )
        await self.put(
            "proposal",
            {
                "from_month": f"({_MONTH} + interval '1 month')::date",
                "until_month": f"({_MONTH} + interval '2 months')::date",
                "made_at": "now()",
                "spreads": "'[]'",
            },
            proposal_id=self.id("proposal"),
            base_code=self.base,
            department_codes=[self.department],
            state="ready",
            percent=100,
        )


async def tell(scene: Scene) -> None:
    """One of everything, four times."""
    scene.ids["teacher"] = scene.cast["faculty"].person_id
    for prefix in PLACES:
        await _Tale(scene, prefix).tell()
    for prefix, province in (("", PROVINCE), ("foreign_", OTHER_PROVINCE)):
        tale = _Tale(scene, prefix)
        await tale.batch(tale.id("province_batch"), province)
    scene.foreign |= {scene.ids[f"foreign_{noun}"] for noun in NOUNS}
    scene.foreign |= {"foreign_teacher", "foreign_trainee", "foreign_batch", "foreign_roster"}
    await scene.directory.read()
