"""Pure rules of signing in by phone: SCAN-01, SCAN-03, SCAN-05."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.identity.domain import scan
from services.identity.domain.browsers import UNKNOWN, in_words
from services.identity.domain.scan import Ticket, TicketState
from services.kit.domain import DomainError

NOW = datetime(2023, 7, 1, 1, 0, tzinfo=UTC)
TICKET = Ticket(
    ticket_id="01890f5e-0000-7000-8000-000000000001",
    secret_hash=b"secret",
    number=42,
    numbers=(17, 42, 93),
    state=TicketState.WAITING,
    browser="Chrome，Windows 电脑",
    address="10.0.0.1",
    asked_at=NOW,
    expires_at=NOW + scan.LIFE,
)
LATE = NOW + timedelta(minutes=2)


def in_state(state: TicketState) -> Ticket:
    return replace(TICKET, state=state)


def test_scan_01_a_ticket_lives_two_minutes_and_its_end_stays_known() -> None:
    just_before = LATE - timedelta(microseconds=1)
    for state in (TicketState.WAITING, TicketState.SCANNED, TicketState.CONFIRMED):
        assert in_state(state).standing(just_before) is state
        assert in_state(state).standing(LATE) is TicketState.VOID
    for state in (TicketState.CLAIMED, TicketState.REFUSED, TicketState.VOID):
        assert in_state(state).standing(LATE) is state


@pytest.mark.parametrize("state", list(TicketState))
def test_scan_01_a_phone_may_open_and_answer_only_what_is_open(state: TicketState) -> None:
    ticket = in_state(state)
    if state in scan.OPEN:
        assert scan.scanned(ticket, NOW) is TicketState.SCANNED
        assert scan.answered(ticket, NOW, number=42, confirm=True) is TicketState.CONFIRMED
    else:
        with pytest.raises(DomainError) as opening:
            scan.scanned(ticket, NOW)
        with pytest.raises(DomainError) as answering:
            answer(ticket, 42)
        for caught in (opening, answering):
            assert (caught.value.reason, caught.value.rule) == ("SCAN_TICKET_VOID", "SCAN-01")
    with pytest.raises(DomainError):
        scan.scanned(ticket, LATE)
    with pytest.raises(DomainError):
        scan.answered(ticket, LATE, number=42, confirm=True)


def answer(ticket: Ticket, number: int) -> TicketState:
    return scan.answered(ticket, NOW, number=number, confirm=True)


def test_scan_03_a_wrong_number_and_a_refusal_end_the_ticket() -> None:
    assert answer(TICKET, 17) is TicketState.REFUSED
    assert answer(TICKET, 0) is TicketState.REFUSED
    assert scan.answered(TICKET, NOW, number=42, confirm=False) is TicketState.REFUSED


def test_scan_03_three_different_numbers_of_two_digits_the_right_one_anywhere() -> None:
    places = set()
    for _ in range(200):
        number, numbers = scan.draw()
        assert len(set(numbers)) == scan.CHOICES == 3
        assert all(10 <= each <= 99 for each in numbers)
        places.add(numbers.index(number))
    assert places == {0, 1, 2}


WINDOWS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"
)
MAC = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15"
)
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
ANDROID = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0"


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (WINDOWS, "Chrome，Windows 电脑"),
        (WINDOWS + " Edg/126.0.0.0", "Edge，Windows 电脑"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0", "Firefox，Linux 电脑"),
        (MAC, "Safari，Mac 电脑"),
        (PHONE + " Mobile/15E148 MicroMessenger/8.0.49", "微信，iPhone 手机"),
        (PHONE + " Version/17.5 Mobile/15E148 Safari/604.1", "Safari，iPhone 手机"),
        (ANDROID + " Mobile Safari/537.36", "Chrome，安卓手机"),
        (ANDROID + " Safari/537.36", "Chrome，安卓平板"),
        ("Mozilla/5.0 (Windows NT 10.0)", "Windows 电脑"),
        ("curl/8.5.0", UNKNOWN),
        ("", UNKNOWN),
    ],
)
def test_scan_05_a_browser_in_words(user_agent: str, words: str) -> None:
    assert in_words(user_agent) == words


def test_scan_05_a_browser_says_nothing_of_its_own() -> None:
    assert in_words("请点击确认 Chrome <b>Windows</b>") == "Chrome，Windows 电脑"
