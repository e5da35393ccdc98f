"""Signing in on a desktop by phone, on a real database: SCAN-01, SCAN-02, SCAN-03, SCAN-04, SCAN-06, SCAN-07."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from services.identity.domain.roles import Role
from services.identity.domain.scan import TicketState
from services.identity.handlers.scans import TICKETS_PER_ADDRESS, ScanHandlers, Shown
from services.identity.opening import Opened
from services.identity.store.hats import Hats
from services.kit.auth import TokenVerifier, coming_from
from services.kit.domain import Caller, DomainError, Kind, Origin
from tests.handlers.identity.conftest import World, caller_of

DESKTOP = Origin("10.1.0.1", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/126.0.0.0 Safari/537.36")
PHONE = Origin("10.2.0.2", "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5) Version/17.5 Mobile/15E148 Safari/604.1")


@pytest.fixture
def scans(world: World) -> ScanHandlers:
    return ScanHandlers(world.core, world.opener, world.throttle)


async def asked(scans: ScanHandlers, origin: Origin = DESKTOP) -> Shown:
    with coming_from(origin):
        return await scans.create()


async def phone(world: World, role: Role = Role.APPLICANT, *, proved: bool = False) -> tuple[Opened, Caller]:
    with coming_from(PHONE):
        opened = await world.open(await world.person(role), hat=None, proved=proved)
    who = caller_of(opened)
    return opened, replace(who, proved_at=world.clock.now()) if proved else who


async def confirmed(world: World, scans: ScanHandlers) -> tuple[Shown, Caller]:
    shown = await asked(scans)
    _, who = await phone(world)
    await scans.answer(who, shown.ticket.ticket_id, number=shown.ticket.number, confirm=True)
    return shown, who


async def claim(scans: ScanHandlers, shown: Shown, secret: str = "") -> tuple[TicketState, Opened | None]:
    with coming_from(DESKTOP):
        return await scans.claim(shown.ticket.ticket_id, secret or shown.browser_secret)


@contextmanager
def refused(reason: str, kind: Kind = Kind.NOT_NOW, rule: str = "SCAN-01") -> Iterator[None]:
    with pytest.raises(DomainError) as caught:
        yield
    assert (caught.value.reason, caught.value.kind, caught.value.rule) == (reason, kind, rule)


async def test_scan_01_the_desktop_gets_a_new_session_of_the_phones_person_once(
    world: World, scans: ScanHandlers
) -> None:
    shown = await asked(scans)
    assert (await claim(scans, shown))[0] is TicketState.WAITING
    opened, who = await phone(world)

    seen = await scans.open(who, shown.ticket.ticket_id)
    assert (seen.browser, seen.address) == ("Chrome，Windows 电脑", DESKTOP.address)
    assert shown.ticket.number in seen.numbers
    assert (await claim(scans, shown))[0] is TicketState.SCANNED
    await scans.answer(who, shown.ticket.ticket_id, number=shown.ticket.number, confirm=True)

    state, desktop = await claim(scans, shown)
    assert state is TicketState.CLAIMED
    assert desktop is not None
    assert desktop.session_id != opened.session_id
    assert (desktop.person.person_id, desktop.role, desktop.hat) == (who.person_id, opened.role, opened.hat)
    [row] = await world.rows("SELECT browser, address FROM session WHERE session_id = $1", desktop.session_id)
    assert row == {"browser": DESKTOP.browser, "address": DESKTOP.address}
    assert (await claim(scans, shown)) == (TicketState.VOID, None)
    assert (await claim(scans, shown)) == (TicketState.VOID, None)
    acts = await world.acts(who.person_id)
    assert [act for act in acts if act[0].startswith("scan")] == [
        ("scan_confirmed", "done"),
        ("scan_claimed", "SCAN_TICKET_REPLAYED"),
    ]


async def test_scan_01_an_old_ticket_is_refused_on_both_sides(world: World, scans: ScanHandlers) -> None:
    shown = await asked(scans)
    _, who = await phone(world)
    world.clock.forward(timedelta(minutes=2))
    with refused("SCAN_TICKET_VOID"):
        await scans.open(who, shown.ticket.ticket_id)
    with refused("SCAN_TICKET_VOID"):
        await scans.answer(who, shown.ticket.ticket_id, number=shown.ticket.number, confirm=True)
    assert await claim(scans, shown) == (TicketState.VOID, None)
    assert await world.acts(shown.ticket.ticket_id) == [("scan_claimed", "SCAN_TICKET_OLD")]
    assert await world.acts(who.person_id, "scan_confirmed") == [("scan_confirmed", "SCAN_TICKET_VOID")]


async def test_scan_01_a_confirmed_ticket_grows_old_too(world: World, scans: ScanHandlers) -> None:
    shown, who = await confirmed(world, scans)
    world.clock.forward(timedelta(minutes=2))
    assert await claim(scans, shown) == (TicketState.VOID, None)
    assert await world.acts(who.person_id, "scan_claimed") == [("scan_claimed", "SCAN_TICKET_OLD")]


async def test_scan_01_a_ticket_is_answered_once(world: World, scans: ScanHandlers) -> None:
    shown, who = await confirmed(world, scans)
    _, other = await phone(world)
    for again in (who, other):
        with refused("SCAN_TICKET_VOID"):
            await scans.answer(again, shown.ticket.ticket_id, number=shown.ticket.number, confirm=True)
        with refused("SCAN_TICKET_VOID"):
            await scans.open(again, shown.ticket.ticket_id)
    state, desktop = await claim(scans, shown)
    assert state is TicketState.CLAIMED
    assert desktop is not None
    assert desktop.person.person_id == who.person_id


async def test_scan_01_claimed_twice_at_once_it_opens_one_session(world: World, scans: ScanHandlers) -> None:
    shown, who = await confirmed(world, scans)
    answers = await asyncio.gather(*(claim(scans, shown) for _ in range(8)))
    assert sorted(state for state, _ in answers) == ["claimed", *["void"] * 7]
    assert sum(opened is not None for _, opened in answers) == 1
    [row] = await world.rows("SELECT count(*) FROM session WHERE person_id = $1", who.person_id)
    assert row["count"] == 2  # the phone's and the desktop's


async def test_scan_02_a_ticket_is_good_only_in_the_browser_that_asked(world: World, scans: ScanHandlers) -> None:
    shown, _ = await confirmed(world, scans)
    foreign = await asked(scans)
    assert await claim(scans, shown, foreign.browser_secret) == (TicketState.VOID, None)
    assert await world.acts(shown.ticket.ticket_id) == [("scan_claimed", "SCAN_TICKET_FOREIGN")]
    assert (await claim(scans, shown))[0] is TicketState.CLAIMED
    [row] = await world.rows("SELECT secret_hash FROM scan_ticket WHERE ticket_id = $1", shown.ticket.ticket_id)
    assert shown.browser_secret.encode() not in row["secret_hash"]


async def test_scan_02_an_unknown_ticket_is_void_and_guessing_makes_one_wait(world: World, scans: ScanHandlers) -> None:
    shown = await asked(scans)
    unknown = replace(shown, ticket=replace(shown.ticket, ticket_id="01890f5e-0000-7000-8000-000000000001"))
    _, who = await phone(world)
    with refused("SCAN_TICKET_VOID"):
        await scans.open(who, unknown.ticket.ticket_id)
    for _ in range(10):
        assert await claim(scans, unknown) == (TicketState.VOID, None)
    with refused("TOO_MANY_FAILURES", Kind.EXHAUSTED, "SES-10"):
        await claim(scans, unknown)


@pytest.mark.parametrize("which", [0, 1])
async def test_scan_03_a_wrong_number_ends_the_ticket(world: World, scans: ScanHandlers, which: int) -> None:
    shown = await asked(scans)
    _, who = await phone(world)
    wrong = [number for number in shown.ticket.numbers if number != shown.ticket.number][which]
    with refused("SCAN_NUMBER_WRONG", Kind.INVALID, "SCAN-03"):
        await scans.answer(who, shown.ticket.ticket_id, number=wrong, confirm=True)
    with refused("SCAN_TICKET_VOID"):
        await scans.answer(who, shown.ticket.ticket_id, number=shown.ticket.number, confirm=True)
    assert await claim(scans, shown) == (TicketState.REFUSED, None)
    assert await world.acts(who.person_id, "scan_confirmed") == [
        ("scan_confirmed", "SCAN_NUMBER_WRONG"),
        ("scan_confirmed", "SCAN_TICKET_VOID"),
    ]


async def test_scan_03_a_refusal_ends_the_ticket(world: World, scans: ScanHandlers) -> None:
    shown = await asked(scans)
    _, who = await phone(world)
    await scans.answer(who, shown.ticket.ticket_id, number=0, confirm=False)
    assert await claim(scans, shown) == (TicketState.REFUSED, None)
    assert await world.acts(who.person_id, "scan_refused") == [("scan_refused", "done")]


async def test_scan_03_many_answers_at_once_and_one_counts(world: World, scans: ScanHandlers) -> None:
    shown = await asked(scans)
    _, who = await phone(world)
    ticket = shown.ticket
    tries = (scans.answer(who, ticket.ticket_id, number=number, confirm=True) for number in ticket.numbers * 3)
    results = await asyncio.gather(*tries, return_exceptions=True)
    reasons = [result.reason if isinstance(result, DomainError) else "done" for result in results]
    assert reasons.count("SCAN_TICKET_VOID") == 8


async def test_scan_04_whoever_acts_for_another_opens_no_session_of_theirs(world: World, scans: ScanHandlers) -> None:
    shown = await asked(scans)
    _, who = await phone(world)
    supporter = await world.person(Role.SUPPORT)
    acting = replace(who, acting_by=supporter.person_id)
    with refused("SCAN_ACTING", Kind.FORBIDDEN, "SCAN-04"):
        await scans.open(acting, shown.ticket.ticket_id)
    with refused("SCAN_ACTING", Kind.FORBIDDEN, "SCAN-04"):
        await scans.answer(acting, shown.ticket.ticket_id, number=shown.ticket.number, confirm=True)
    assert (await claim(scans, shown))[0] is TicketState.WAITING


async def test_scan_06_one_address_gets_so_many_tickets_and_others_go_on(world: World, scans: ScanHandlers) -> None:
    for _ in range(TICKETS_PER_ADDRESS):
        await asked(scans)
    with refused("SCAN_TOO_MANY", Kind.EXHAUSTED, "SCAN-06"):
        await asked(scans)
    await asked(scans, Origin("10.1.0.9", DESKTOP.browser))
    world.clock.forward(timedelta(minutes=2))
    await asked(scans)


async def test_scan_07_the_desktop_has_to_prove_before_powerful_acts(world: World, scans: ScanHandlers) -> None:
    opened, who = await phone(world, proved=True)
    shown = await asked(scans)
    await scans.answer(who, shown.ticket.ticket_id, number=shown.ticket.number, confirm=True)
    _, desktop = await claim(scans, shown)
    assert desktop is not None

    async def keys() -> str:
        return world.issuer.key_set_json()

    verifier = TokenVerifier(keys, world.clock)
    assert (await verifier.verify(opened.access.value)).proved_at == world.clock.now()
    assert (await verifier.verify(desktop.access.value)).proved_at is None


async def test_scan_07_a_staff_session_that_proved_nothing_opens_no_other(world: World, scans: ScanHandlers) -> None:
    shown = await asked(scans)
    _, who = await phone(world, Role.BASE_REVIEWER)
    who = replace(who, role=Role.BASE_REVIEWER.value)
    with refused("STEP_UP_REQUIRED", Kind.FORBIDDEN, "SCAN-07"):
        await scans.answer(who, shown.ticket.ticket_id, number=shown.ticket.number, confirm=True)
    assert (await claim(scans, shown))[0] is TicketState.WAITING


@pytest.mark.parametrize("gone", ["hat", "signed_out"])
async def test_scan_01_a_phone_that_is_gone_opens_nothing(world: World, scans: ScanHandlers, gone: str) -> None:
    shown, who = await confirmed(world, scans)
    async with world.database.unit_of_work() as uow:
        if gone == "hat":
            [hat] = await Hats(uow.session).of(who.person_id)
            await Hats(uow.session).change(hat.hat_id, suspended_at=world.clock.now())
        else:
            await world.opener.end_all(uow, who.person_id, gone)
    assert await claim(scans, shown) == (TicketState.VOID, None)
    assert await world.acts(who.person_id, "scan_claimed") == [("scan_claimed", "SCAN_PHONE_GONE")]
