"""The five gRPC services on the wire: contracts, policies, messages."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from google.protobuf.json_format import ParseDict
from google.protobuf.struct_pb2 import Struct
from joserfc import jwt
from joserfc.jwk import KeySet, OKPKey

from residency.enrollment.v1 import application_pb2, board_service_pb2, cycle_pb2
from residency.enrollment.v1 import application_service_pb2 as applications
from residency.enrollment.v1 import cycle_service_pb2 as cycles
from residency.enrollment.v1 import decision_service_pb2 as decisions
from residency.enrollment.v1 import support_service_pb2 as support
from residency.enrollment.v1.application_service_pb2_grpc import ApplicationServiceStub
from residency.enrollment.v1.board_service_pb2_grpc import BoardServiceStub
from residency.enrollment.v1.cycle_service_pb2_grpc import CycleServiceStub
from residency.enrollment.v1.decision_service_pb2_grpc import DecisionServiceStub
from residency.enrollment.v1.support_service_pb2_grpc import SupportServiceStub
from services.enrollment.domain.dossier import Section
from services.enrollment.domain.phases import P1, P2
from services.enrollment.handlers.applications import SaveSection
from services.enrollment.service import servicers
from services.enrollment.store.sealing import Sealing
from services.kit.auth import ALGORITHM, AUDIENCE, ISSUER, TokenVerifier, act_as
from services.kit.database import Database
from services.kit.domain import Caller, DomainError, Kind
from services.kit.grpc_client import Channel
from services.kit.grpc_server import GrpcServer
from services.kit.ids import new_id
from tests.handlers.enrollment.story import (
    ADMINISTRATOR,
    DOSSIER,
    MEDICINE,
    OPERATOR,
    OTHERS,
    PLAN,
    QILU,
    REVIEWER,
    WORKER,
    Registry,
    Stage,
    applicant,
    cycle_order,
    key,
)
from tests.support.objects import folder_of_objects
from tests.support.vaults import VAULT

KEY = OKPKey.generate_key("Ed25519", {"kid": "test"})


def token(who: Caller) -> str:
    """A token as identity would sign it."""
    session = {"sid": who.session, "proved": int(who.proved_at.timestamp()) if who.proved_at else 0}
    acting = {"act": who.acting_by, "look": not who.may_write}
    claims = {
        "sub": who.person_id,
        "role": who.role,
        "org": who.organisation,
        **(session if who.session else {}),
        **(acting if who.acting_by else {}),
        "iss": ISSUER,
        "aud": AUDIENCE,
        "exp": int((datetime.now(UTC) + timedelta(hours=1)).timestamp()),
    }
    return jwt.encode({"alg": ALGORITHM, "kid": "test"}, claims, KEY, algorithms=[ALGORITHM])


@dataclass
class Wire:
    """Stubs over a real server, and a stage over the same database."""

    stage: Stage
    applications: ApplicationServiceStub
    decisions: DecisionServiceStub
    cycles: CycleServiceStub
    board: BoardServiceStub
    support: SupportServiceStub


@pytest.fixture
async def wire(database_url: Callable[[str], str]) -> AsyncIterator[Wire]:
    """Enrollment's server on a free port."""

    async def published() -> str:
        return json.dumps(KeySet([KEY]).as_dict(private=False))

    database = Database(database_url("enrollment"), name="wire")
    await database.start()
    server = GrpcServer(
        0, servicers(database, Registry(), Sealing(VAULT), folder_of_objects()), TokenVerifier(published)
    )
    await server.start()
    channel = Channel(f"127.0.0.1:{server.port}")
    yield Wire(
        Stage(database),
        channel.stub(ApplicationServiceStub),
        channel.stub(DecisionServiceStub),
        channel.stub(CycleServiceStub),
        channel.stub(BoardServiceStub),
        channel.stub(SupportServiceStub),
    )
    await channel.close()
    await server.stop()
    await database.stop()


def create_request() -> cycles.CreateCycleRequest:
    """The order of the stage as a message."""
    order = cycle_order(PLAN)
    request = cycles.CreateCycleRequest(
        idempotency_key=order.idempotency_key,
        province_code=order.province_code,
        year=order.year,
        title=order.title,
        time_zone=order.time_zone,
        phases=[
            cycles.PhaseDates(
                phase=entry.phase.label,
                name=entry.name,
                first_day=str(entry.first_day),
                last_day=str(entry.last_day),
            )
            for entry in order.phases
        ],
        bases=[cycle_pb2.Base(code=code, name=name) for code, name in order.bases],
        specialties=[cycle_pb2.Specialty(code=code, name=name) for code, name in order.specialties],
        plan=[
            cycle_pb2.PlannedSeats(base_code=base, specialty_code=specialty, planned=planned)
            for base, specialty, planned in order.plan
        ],
        day_seconds=order.day_seconds,
    )
    assert order.starts_at is not None
    request.starts_at.FromDatetime(order.starts_at)
    return request


async def test_an_application_over_the_wire(wire: Wire) -> None:
    """From creating the cycle to the final admission, by messages only; the gate alone is put by hand."""
    with act_as(token(OPERATOR)):
        cycle = (await wire.cycles.CreateCycle(create_request())).cycle
    cycle_id = wire.stage.cycle_id = cycle.cycle_id
    assert [phase.sequence for phase in cycle.phases] == list(range(7))
    assert cycle.phases[1].first_day == "2023-07-01"
    assert not cycle.phases[0].HasField("opens_at")
    assert not cycle.phases[6].HasField("closes_at")
    assert [found.cycle_id for found in (await wire.cycles.ListCycles(cycles.ListCyclesRequest())).cycles] == [cycle_id]
    catalogue = await wire.cycles.GetCatalogue(cycles.GetCatalogueRequest(cycle_id=cycle_id))
    assert (len(catalogue.bases), len(catalogue.specialties), len(catalogue.plan)) == (2, 2, 3)
    await wire.stage.stand(P1)

    with act_as(token(applicant())):
        start = applications.StartApplicationRequest(cycle_id=cycle_id, idempotency_key=key())
        await wire.applications.StartApplication(start)
        for section, body in DOSSIER.items():
            save = applications.SaveSectionRequest(
                cycle_id=cycle_id,
                section=f"SECTION_{section.name}",
                body=ParseDict(dict(body), Struct()),
                idempotency_key=key(),
            )
            await wire.applications.SaveSection(save)
        choice = application_pb2.Choice(base_code=QILU, specialty_code=MEDICINE, accepts_reallocation=True)
        await wire.applications.SaveChoice(
            applications.SaveChoiceRequest(cycle_id=cycle_id, choice=choice, idempotency_key=key())
        )
        submit = applications.SubmitApplicationRequest(cycle_id=cycle_id, idempotency_key=key())
        mine = (await wire.applications.SubmitApplication(submit)).application
        assert (await wire.applications.SubmitApplication(submit)).application == mine
        read = await wire.applications.GetMyApplication(applications.GetMyApplicationRequest(cycle_id=cycle_id))
        assert read.application == mine
        assert {may.action for may in read.capabilities if may.allowed} >= {"edit_base", "submit", "withdraw", "view"}
        history = await wire.applications.ListHistory(
            applications.ListHistoryRequest(application_id=mine.application_id)
        )
        assert history.entries[-1].command == "submit_application"
    assert mine.state == application_pb2.APPLICATION_STATE_PENDING
    assert all(section.complete for section in mine.sections)

    await wire.stage.stand(P2)
    with act_as(token(REVIEWER)):
        queue = await wire.decisions.ListQueue(decisions.ListQueueRequest(cycle_id=cycle_id))
        (row,) = queue.rows
        opened = await wire.decisions.GetSubmission(decisions.GetSubmissionRequest(application_id=row.application_id))
        assert opened.choice.specialty_code == MEDICINE
        assert len(opened.sections) == 4
        review = decisions.ReviewApplicationRequest(
            application_id=row.application_id,
            submission_number=1,
            verdict=decisions.VERDICT_APPROVE,
            idempotency_key=key(),
        )
        reviewed = (await wire.decisions.ReviewApplication(review)).row
        assert reviewed.state == application_pb2.APPLICATION_STATE_APPROVED
    with act_as(token(ADMINISTRATOR)):
        grant = decisions.GrantProvisionalRequest(
            application_id=row.application_id, submission_number=1, idempotency_key=key()
        )
        await wire.decisions.GrantProvisional(grant)
        admit = decisions.AdmitRequest(application_id=row.application_id, idempotency_key=key())
        admitted = (await wire.decisions.Admit(admit)).row
        assert admitted.state == application_pb2.APPLICATION_STATE_ADMITTED
    board = await wire.board.GetBoard(board_service_pb2.GetBoardRequest(cycle_id=cycle_id, base_code=QILU))
    assert [(found.planned, found.applied, found.admitted) for found in board.rows] == [(3, 1, 1), (1, 0, 0)]
    with act_as(token(WORKER)):
        window = await wire.cycles.GetWindow(cycles.GetWindowRequest(cycle_id=cycle_id, base_code=QILU, round=1))
        assert (window.window.pending, window.window.over) == (0, False)


async def test_roles_and_scopes_on_the_wire(wire: Wire) -> None:
    """A reviewer never grants, another base finds nothing, an applicant enters no phase."""
    await wire.stage.open()
    await wire.stage.stand(P1)
    _, view = await wire.stage.registered()
    grant = decisions.GrantProvisionalRequest(
        application_id=view.application_id, submission_number=1, idempotency_key=key()
    )
    enter = cycles.EnterPhaseRequest(cycle_id=wire.stage.cycle_id, sequence=2)
    get = decisions.GetSubmissionRequest(application_id=view.application_id)
    for who, call, request, reason in (
        (REVIEWER, wire.decisions.GrantProvisional, grant, "ROLE_NOT_ALLOWED"),
        (OTHERS, wire.decisions.GrantProvisional, grant, "APPLICATION_NOT_FOUND"),
        (OTHERS, wire.decisions.GetSubmission, get, "APPLICATION_NOT_FOUND"),
        (applicant(), wire.cycles.EnterPhase, enter, "ROLE_NOT_ALLOWED"),
    ):
        with act_as(token(who)), pytest.raises(DomainError, match=reason):
            await call(request)


async def test_powerful_acts_ask_for_a_fresh_proof(wire: Wire) -> None:
    """ROLE-14: a session whose second factor was proved long ago reaches none of them; a fresh one passes the guard."""
    long_ago = datetime.now(UTC) - timedelta(minutes=16)
    id_ = new_id()
    grant = decisions.GrantProvisionalRequest(application_id=id_, submission_number=1, idempotency_key=key())
    unlock = support.UnlockSectionsRequest(
        cycle_id=id_,
        person_id=id_,
        sections=[application_pb2.SECTION_BASIC],
        minutes=5,
        reason="填错",
        idempotency_key=key(),
    )
    end = support.EndUnlockRequest(unlock_id=id_, reason="改好", idempotency_key=key())
    for role, organisation, call, request in (
        ("base_administrator", QILU, wire.decisions.GrantProvisional, grant),
        (
            "base_administrator",
            QILU,
            wire.decisions.Admit,
            decisions.AdmitRequest(application_id=id_, idempotency_key=key()),
        ),
        ("province_administrator", "11", wire.cycles.CreateCycle, create_request()),
        ("province_administrator", "37", wire.support.UnlockSections, unlock),
        ("support", "37", wire.support.EndUnlock, end),
    ):
        who = Caller(new_id(), role, organisation, session="s", proved_at=long_ago)
        with act_as(token(who)), pytest.raises(DomainError) as refused:
            await call(request)
        assert (refused.value.reason, refused.value.rule) == ("STEP_UP_REQUIRED", "ROLE-14")
        with act_as(token(replace(who, proved_at=datetime.now(UTC)))), pytest.raises(DomainError) as refused:
            await call(request)
        assert refused.value.kind in (Kind.NOT_FOUND, Kind.FORBIDDEN)
        assert refused.value.reason != "STEP_UP_REQUIRED"


async def test_who_may_only_look_changes_nothing(wire: Wire) -> None:
    """ROLE-13: somebody in an applicant's place reads what the applicant reads."""
    await wire.stage.open()
    await wire.stage.stand(P1)
    person = applicant()
    view = await wire.stage.start(person)
    looking = replace(person, session="s", acting_by=new_id(), may_write=False)
    save = applications.SaveSectionRequest(
        cycle_id=wire.stage.cycle_id, section=application_pb2.SECTION_BASIC, body=Struct(), idempotency_key=key()
    )
    with act_as(token(looking)):
        read = await wire.applications.GetMyApplication(
            applications.GetMyApplicationRequest(cycle_id=wire.stage.cycle_id)
        )
        assert read.application.application_id == view.application_id
        with pytest.raises(DomainError, match="LOOK_ONLY"):
            await wire.applications.SaveSection(save)


async def test_the_dossier_definition_needs_no_sign_in(wire: Wire) -> None:
    answer = await wire.applications.GetDossierDefinition(applications.GetDossierDefinitionRequest())
    assert [section.label for section in answer.sections] == ["基本信息", "教育经历", "证书信息", "工作信息"]
    field = next(field for field in answer.sections[2].fields if field.key == "licence_exam_date")
    assert (field.type, field.required_when) == (applications.FIELD_TYPE_DATE, "passed_licence_exam")
    assert (field.required, field.mandatory, field.label_en) == (False, True, "Date of the licence examination")
    assert [group.label_en for group in answer.sections[1].groups][:2] == ["Doctorate", "Postgraduate"]
    number = next(each for each in answer.sections[1].fields if each.key == "master_degree_certificate_number")
    assert [(when.key, list(when.values)) for when in number.applies_when] == [
        ("master", ["yes"]),
        ("master_has_degree_certificate", ["yes"]),
    ]


async def test_fields_places_and_earlier_years_are_told_on_the_wire(wire: Wire) -> None:
    await wire.stage.open()
    await wire.stage.stand(P1)
    person = applicant()
    await wire.stage.start(person)
    cycle = wire.stage.cycle_id
    with act_as(token(person)):
        may = await wire.applications.GetCapabilities(applications.GetCapabilitiesRequest(cycle_id=cycle))
        places = await wire.applications.ListSelectable(applications.ListSelectableRequest(cycle_id=cycle))
        with pytest.raises(DomainError, match="NOTHING_TO_CARRY"):
            await wire.applications.CarryOver(applications.CarryOverRequest(cycle_id=cycle, idempotency_key=key()))
    told = {each.field: each.capability for each in may.fields}
    assert (told["basic.mobile"].action, told["basic.mobile"].allowed) == ("edit_profile", True)
    assert told["identity.name"].message == "姓名和证件来自实名认证,不能在报名中修改。"
    assert [(each.planned, each.allowed) for each in places.places] == [(3, True), (1, True), (2, True)]


async def test_a_refusal_of_everything_fits_into_its_headers(wire: Wire) -> None:
    """As many faults as a dossier can have at once: five levels opened and nothing else filled in."""
    await wire.stage.open()
    await wire.stage.stand(P1)
    person = applicant()
    await wire.stage.start(person)
    levels = dict.fromkeys(("doctor", "master", "bachelor", "junior_college", "secondary"), True)
    education = SaveSection(wire.stage.cycle_id, Section.EDUCATION, levels, 0, key())
    await wire.stage.applications.save_section(person, education)
    submit = applications.SubmitApplicationRequest(cycle_id=wire.stage.cycle_id, idempotency_key=key())
    with act_as(token(person)), pytest.raises(DomainError, match="DOSSIER_INCOMPLETE") as refused:
        await wire.applications.SubmitApplication(submit)
    assert {"choice.base_code", "choice.specialty_code", "reasons"} < set(refused.value.details)
    assert len(refused.value.details) > 40


@pytest.mark.parametrize(
    ("body", "reason"),
    [({"sex": {"a": 1}}, "SECTION_INVALID"), ({"qq": "a\0b"}, "INVALID_FIELD"), ({"x" * 50: "1"}, "SECTION_INVALID")],
)
async def test_odd_bodies_are_refused_not_broken(wire: Wire, body: dict[str, object], reason: str) -> None:
    """Nested values, characters that the database does not store, fields nobody asked for."""
    await wire.stage.open()
    await wire.stage.stand(P1)
    person = applicant()
    await wire.stage.start(person)
    save = applications.SaveSectionRequest(
        cycle_id=wire.stage.cycle_id,
        section=application_pb2.SECTION_BASIC,
        body=ParseDict(body, Struct()),
        idempotency_key=key(),
    )
    with act_as(token(person)), pytest.raises(DomainError, match=reason):
        await wire.applications.SaveSection(save)


@pytest.mark.parametrize("page_token", ["x", "eA==", "MjAyMy0wNy0wMVQwMDowMDowMCBh"])
async def test_a_page_token_that_is_not_ours_is_refused(wire: Wire, page_token: str) -> None:
    await wire.stage.open()
    request = decisions.ListQueueRequest(cycle_id=wire.stage.cycle_id, page_token=page_token)
    with act_as(token(REVIEWER)), pytest.raises(DomainError, match="BAD_PAGE_TOKEN"):
        await wire.decisions.ListQueue(request)
