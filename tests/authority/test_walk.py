"""Who may call what, held against running services: the page is the literal table, the servers are what is tested."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from google.protobuf import descriptor_pb2

from residency.kit.v1 import policy_pb2
from services.kit.domain import Kind
from services.kit.grpc_server import GrpcServer
from tests.authority.asks import ASKS, Relation
from tests.authority.document import Page
from tests.authority.scene import Scene
from tests.authority.walk import Walk
from tests.authority.wire import DESCRIPTORS, SUPPORTER, Wire, request_class
from tests.unit.kit.guarded import with_contract

SERVICES = sorted({method.rsplit(".", 1)[0] for method in DESCRIPTORS})
IMPLIED = {"cycle_id", "captcha_id", "ticket_id", "registration_id", "recovery_id", "reason_code"}
"""Ids that are nobody's: of what everybody sees, or of what only its holder knows; and codes of reasons."""

IN_ANOTHERS_PLACE = {
    "identity.SessionService.SignOut",
    "notify.NotifyService.MarkRead",
    "notify.NotifyService.MarkAllRead",
}
"""What about a person's own account support may do with leave to write: end the acting itself, read messages."""


def methods_of(service: str) -> list[str]:
    return [method for method in DESCRIPTORS if method.startswith(f"{service}.")]


def test_the_page_has_every_method_and_every_method_is_asked(page: Page) -> None:
    assert set(page.lines) == set(DESCRIPTORS)
    missing = set(DESCRIPTORS) - set(ASKS)
    assert not missing, f"say in tests/authority/asks_*.py how these are asked about own, another's and none: {missing}"


def test_both_sides_of_the_page_say_the_same(page: Page) -> None:
    relations = {"all": ("yes", "yes"), "own": ("yes", "absent"), "self": ("yes", "absent")}
    by_role = {
        role: {
            method: relations[line.marks[role]] for method, line in page.lines.items() if line.marks[role] in relations
        }
        for role in page.roles
    }
    assert by_role == page.by_role


@pytest.mark.parametrize("method", sorted(DESCRIPTORS))
async def test_what_can_be_named_is_asked_about(method: str, page: Page, provinces: Scene) -> None:
    """A method that names somebody's thing is asked about another's and an absent one, as each role."""
    ids = [name for name in DESCRIPTORS[method].input_type.fields_by_name if name.endswith(("_id", "_code"))]
    for role, mark in page.lines[method].marks.items():
        if mark in ("own", "self") and set(ids) - IMPLIED:
            for relation in Relation:
                assert await ASKS[method](provinces, method, provinces.cast[role], relation), (role, relation)


@pytest.mark.parametrize("service", SERVICES)
async def test_who_may_not_is_refused_and_nothing_changes(service: str, page: Page, provinces: Scene) -> None:
    findings = await Walk(provinces, page).refusals(methods_of(service))
    assert not findings, "\n".join(findings)


@pytest.mark.parametrize("service", SERVICES)
async def test_what_is_open_is_open(service: str, page: Page, provinces: Scene) -> None:
    findings = await Walk(provinces, page).openings(methods_of(service))
    assert not findings, "\n".join(findings)


@asynccontextmanager
async def contract_changed(scene: Scene, method: str, change: Callable[[Any], None]) -> AsyncIterator[Wire]:
    """A second door to the same handlers, built on a contract in which `change` was applied to the method's options."""
    package, service, name = method.split(".")

    def changed(file: descriptor_pb2.FileDescriptorProto) -> None:
        for each in file.service:
            for one in each.method:
                if (each.name, one.name) == (service, name) and file.package.split(".")[1] == package:
                    change(one.options)

    real = scene.servers[package]
    full_name = DESCRIPTORS[method].containing_service.full_name
    [servicer] = [each for each in real.servicers if each.descriptor.full_name == full_name]
    server = GrpcServer(0, [with_contract(servicer, changed)], real.verifier)
    await server.start()
    wire = Wire({package: f"127.0.0.1:{server.port}"}, scene.wire.key)
    yield wire
    await wire.close()
    await server.stop()


@pytest.mark.parametrize("method", sorted(DESCRIPTORS))
async def test_the_walk_finds_a_policy_that_was_taken_away(method: str, page: Page, provinces: Scene) -> None:
    async with contract_changed(
        provinces, method, lambda options: options.ClearExtension(policy_pb2.policy)
    ) as without:
        walk = Walk(provinces, page, without)
        found = await walk.refusals([method]) + await walk.openings([method])
    assert any("NO_POLICY" in finding for finding in found)


def _one_role_less(options: Any) -> None:
    del options.Extensions[policy_pb2.policy].roles[0]


def _one_role_more(options: Any) -> None:
    options.Extensions[policy_pb2.policy].roles.append("department_secretary")


def _no_proof(options: Any) -> None:
    options.Extensions[policy_pb2.policy].step_up = False


def _reading(options: Any) -> None:
    options.Extensions[policy_pb2.policy].reads = True


def _open(options: Any) -> None:
    options.Extensions[policy_pb2.policy].anyone = True


@pytest.mark.parametrize("change", [_one_role_less, _one_role_more, _no_proof, _reading, _open])
async def test_the_walk_finds_a_policy_that_says_something_else(
    change: Callable[[Any], None], page: Page, provinces: Scene
) -> None:
    """One word of the policy behind a powerful act is changed: the page still says the old one."""
    method = "enrollment.DecisionService.Admit"
    async with contract_changed(provinces, method, change) as other:
        found = await Walk(provinces, page, other).refusals([method])
    assert found


@pytest.mark.parametrize("method", sorted(DESCRIPTORS))
async def test_nobody_touches_an_account_in_its_owners_place(method: str, page: Page, provinces: Scene) -> None:
    """Whatever support was granted: who a person is, what they prove themselves with and where they are signed in."""
    line = page.lines[method]
    roles = [role for role, mark in line.marks.items() if mark == "self" and role not in ("unchosen", "enrolling")]
    if line.reads or method in IN_ANOTHERS_PLACE:
        return
    for role in roles:
        who = await provinces.somebody(role)
        token = provinces.wire.token(who, granted=True)
        query = "UPDATE session SET acting_by = $2 WHERE session_id = $1"
        await provinces.state.execute("identity", query, who.session_id, SUPPORTER)
        for fields in await ASKS[method](provinces, method, who, Relation.OWN):
            answer = await provinces.wire.call(method, request_class(method)(**fields), token)
            assert answer.refusal is not None, role
            assert answer.refusal.kind is Kind.FORBIDDEN, (role, str(answer))
            assert "ACT" in answer.reason


@pytest.mark.parametrize("service", SERVICES)
async def test_who_may_is_let_in_and_shown_their_own_only(service: str, page: Page, provinces: Scene) -> None:
    """Runs last: what is allowed changes things."""
    provinces.reuse = False
    findings = await Walk(provinces, page).grants(methods_of(service))
    assert not findings, "\n".join(findings)
