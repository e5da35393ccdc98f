"""What happened in the two provinces before anybody asked anything: told through public calls only, save the gate."""

from __future__ import annotations

from typing import Any

from google.protobuf.json_format import ParseDict
from google.protobuf.struct_pb2 import Struct

from residency.identity.v1 import account_pb2
from services.kit.ids import new_id
from tests.authority import scene_faculty
from tests.authority.scene import (
    FOREIGN_DEPARTMENT,
    MACHINES,
    NEIGHBOUR_DEPARTMENT,
    OTHER_DEPARTMENT,
    PLACES,
    Scene,
    key,
)
from tests.authority.wire import Someone
from tests.handlers.enrollment.story import DOSSIER, MEDICINE, dates
from tests.support import pictures
from tests.support.people import BASE, FOREIGN_BASE, OTHER_BASE, OTHER_PROVINCE, PROVINCE, Account, People

BASES = {PROVINCE: (BASE, OTHER_BASE), OTHER_PROVINCE: (FOREIGN_BASE,)}
DEPARTMENTS = {OTHER_DEPARTMENT: OTHER_BASE, FOREIGN_DEPARTMENT: FOREIGN_BASE, NEIGHBOUR_DEPARTMENT: BASE}


def order(province: str) -> dict[str, Any]:
    """A year of a province."""
    bases = BASES.get(province, (BASE,))
    return {
        "province_code": province,
        "year": 2023,
        "title": f"测试招录 {province}",
        "time_zone": "Asia/Shanghai",
        "phases": [
            {
                "phase": entry.phase.label,
                "name": entry.name,
                "first_day": str(entry.first_day),
                "last_day": str(entry.last_day),
            }
            for entry in dates()
        ],
        "bases": [{"code": base, "name": f"医院 {base}"} for base in bases],
        "specialties": [{"code": MEDICINE, "name": "内科"}],
        "plan": [{"base_code": base, "specialty_code": MEDICINE, "planned": 5} for base in bases],
    }


async def tell(scene: Scene) -> None:
    """Organisations, people, cycles, applications, unlocks, messages."""
    for role, person_id in MACHINES.items():
        scene.cast[role] = Someone(role, "", person_id)
    crowd = People(scene.wire.addresses["identity"])
    await crowd.organise()
    await crowd.accounts.import_organisations(
        [
            account_pb2.Organisation(
                code=code, name="内科", kind=account_pb2.ORGANISATION_KIND_DEPARTMENT, parent_code=base
            )
            for code, base in DEPARTMENTS.items()
        ]
    )
    await _people(scene, crowd)
    await _applications(scene)
    await _help(scene)
    scene.ids["foreign_message"] = await scene.notice(person_id=scene.ids["foreign_person"])
    scene.ids["foreign_bases_message"] = await scene.notice(organisation_code=FOREIGN_BASE)
    captcha = await scene.told("identity.RegistrationService.CreateCaptcha", None)
    scene.ids["captcha"] = captcha.captcha_id
    await scene_faculty.tell(scene)
    scene.foreign |= {scene.ids[name] for name in scene.ids if name.startswith("foreign_") and name != "foreign_cycle"}
    await crowd.close()


async def _people(scene: Scene, crowd: People) -> None:
    """One of ours for each role; applicants and faculty with real accounts, for what reads their names."""

    def account(role: str, opened: Account) -> Someone:
        scene.numbers.update((opened.document, opened.mobile))
        return Someone(role, "", opened.person_id, "", opened.session_id)

    for name in ("applicant", "another", "elsewhere", "stranger"):
        scene.cast[name] = account("applicant", await crowd.register_applicant())
    scene.cast["faculty"] = account("faculty", await crowd.register_faculty())
    for role, place in PLACES.items():
        scene.cast[role] = await scene.person(role, place)
    for role in ("unchosen", "enrolling"):
        scene.cast[role] = await scene.person(role)
    foreign = await scene.person("base_reviewer", FOREIGN_BASE)
    scene.foreign |= {foreign.person_id, foreign.hat_id}
    for name, who in (("staff_login", scene.cast["base_reviewer"]), ("foreign_staff_login", foreign)):
        query = "SELECT login FROM person WHERE person_id = $1"
        scene.ids[name] = await scene.state.value("identity", query, who.person_id)
        query = "SELECT name FROM person WHERE person_id = $1"
        scene.ids[name.replace("login", "name")] = await scene.state.value("identity", query, who.person_id)
    stranger = scene.cast["stranger"]
    query = "SELECT hat_id FROM hat WHERE person_id = $1"
    hat_id = await scene.state.value("identity", query, stranger.person_id)
    scene.cast["stranger"] = Someone("applicant", "", stranger.person_id, hat_id, stranger.session_id)
    scene.ids["applicants_person"] = scene.cast["applicant"].person_id
    scene.ids["person"] = scene.cast["another"].person_id
    scene.ids["foreign_person"] = scene.cast["elsewhere"].person_id


async def _applications(scene: Scene) -> None:
    """Two cycles in their first round, with an application to each base and one of the applicant's own."""
    for name, province in (("cycle", PROVINCE), ("foreign_cycle", OTHER_PROVINCE)):
        order_ = {**order(province), "idempotency_key": key()}
        made = await scene.told("enrollment.CycleService.CreateCycle", scene.cast["operator"], **order_)
        scene.ids[name] = made.cycle.cycle_id
    await _gate(scene, "registration", 1)
    for name, who, cycle, base in (
        ("applicants_application", "applicant", "cycle", BASE),
        ("application", "another", "cycle", BASE),
        ("other_bases_application", "stranger", "cycle", OTHER_BASE),
        ("foreign_application", "elsewhere", "foreign_cycle", FOREIGN_BASE),
    ):
        application, paper = await _applied(scene, scene.cast[who], scene.ids[cycle], base)
        scene.ids |= {name: application, name.replace("application", "paper"): paper}
    await _gate(scene, "first_choice", 2)


async def _applied(scene: Scene, who: Someone, cycle: str, base: str) -> tuple[str, str]:
    """An application with one picture."""
    service = "enrollment.ApplicationService"
    await scene.told(f"{service}.StartApplication", who, cycle_id=cycle, idempotency_key=key())
    for section, values in DOSSIER.items():
        # Everybody's own number: two with one are held as one person who applied twice.
        body = {**values, "mobile": f"139{int(new_id()[:6], 16):08d}"} if "mobile" in values else values
        fields = {"section": f"SECTION_{section.name}", "body": ParseDict(dict(body), Struct())}
        await scene.told(f"{service}.SaveSection", who, cycle_id=cycle, idempotency_key=key(), **fields)
    choice = {"base_code": base, "specialty_code": MEDICINE, "accepts_reallocation": True}
    await scene.told(f"{service}.SaveChoice", who, cycle_id=cycle, idempotency_key=key(), choice=choice)
    scan = {"kind": "PAPER_KIND_EDUCATION_SCAN", "content": pictures.scan()}
    paper = await scene.told("enrollment.PaperService.UploadPaper", who, cycle_id=cycle, idempotency_key=key(), **scan)
    await scene.told(f"{service}.SubmitApplication", who, cycle_id=cycle, idempotency_key=key())
    return str(paper.application_id), str(paper.paper.paper_id)


async def _gate(scene: Scene, phase: str, sequence: int) -> None:
    await scene.state.execute(
        "enrollment",
        """
        UPDATE cycle_gate g SET phase = $1, sequence = $2, round = p.round, closes_at = now() + interval '1 hour'
        FROM cycle_phase p WHERE p.cycle_id = g.cycle_id AND p.sequence = $2
        """,
        *(phase, sequence),
    )


async def _help(scene: Scene) -> None:
    """An unlock in each province."""
    for name, cycle, person, province in (
        ("unlock", "cycle", "applicants_person", PROVINCE),
        ("foreign_unlock", "foreign_cycle", "foreign_person", OTHER_PROVINCE),
    ):
        who = Someone("province_administrator", province, new_id())
        answer = await scene.told(
            "enrollment.SupportService.UnlockSections",
            who,
            cycle_id=scene.ids[cycle],
            person_id=scene.ids[person],
            sections=["SECTION_WORK"],
            minutes=60,
            reason="核对证书",
            idempotency_key=key(),
        )
        scene.ids[name] = answer.unlock.unlock_id
