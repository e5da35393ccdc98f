"""HOOK-05: names are resolved once, and what leads into our own network is never connected to."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from datetime import timedelta

import pytest

from services.notify.adapters.doors import Doors, resolved
from services.notify.adapters.post import Answer, Poster
from services.notify.domain.hook_addresses import check_url
from services.notify.domain.outcomes import Outcome, Verdict
from tests.support.carrier_servers import Answered
from tests.support.hooks import Receiver, receiver


class Names:
    """A resolver that answers differently every time."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        if not self.answers:
            raise OSError("no such name")
        return self.answers.pop(0)


async def post(url: str, names: Names, *, local: bool = False) -> Answer | Outcome:
    poster = Poster(timedelta(seconds=1), Doors(local=local, resolve=names))
    try:
        return await poster.post(url, b"{}", {"Content-Type": "application/json"})
    finally:
        await poster.close()


def named(system: Receiver) -> str:
    return f"http://hospital.example:{system.url.split(':')[2].split('/')[0]}/hook"


async def test_hook_05_a_name_that_leads_inside_is_not_connected_to() -> None:
    async with receiver() as system:
        for addresses in (["127.0.0.1"], ["93.184.216.34", "127.0.0.1"], ["::1"]):
            found = await post(named(system), Names(addresses))
            assert found == Outcome(Verdict.DOWN, "ADDRESS_NOT_ALLOWED")
        assert system.heard == []


async def test_hook_05_a_name_is_looked_up_once_and_keeps_its_own_host() -> None:
    """A second answer that leads elsewhere changes nothing."""
    async with receiver() as system:
        names = Names(["127.0.0.1"], ["203.0.113.1"])
        assert isinstance(await post(named(system), names, local=True), Answer)
        assert names.asked == ["hospital.example"]
        [heard] = system.heard
        assert heard.headers["host"].startswith("hospital.example:")


async def test_hook_05_no_connection_is_kept_for_another_name() -> None:
    async with receiver() as system:
        poster = Poster(timedelta(seconds=1), Doors(local=True, resolve=Names(["127.0.0.1"], ["127.0.0.1"])))
        for _ in range(2):
            assert isinstance(await poster.post(named(system), b"{}", {}), Answer)
        await poster.close()
        assert len(system.heard) == 2


async def test_hook_05_a_name_that_nobody_knows_is_unreachable() -> None:
    assert await post("https://nowhere.example/hook", Names()) == Outcome(Verdict.DOWN, "UNREACHABLE")
    assert await post("https://nowhere.example/hook", Names([])) == Outcome(Verdict.DOWN, "UNREACHABLE")


async def test_hook_05_an_address_that_nothing_can_be_sent_to_is_unreachable() -> None:
    """Else its deliveries would be taken back and tried again for ever, and counted by nobody."""
    for url in ("https://xn--zzzzzzzz/hook", "https://XN--.example/", "https://[v1.a]/hook"):
        check_url(url, local=False)
        assert await post(url, Names(["93.184.216.34"])) == Outcome(Verdict.DOWN, "UNREACHABLE")


async def test_hook_05_names_are_looked_up_in_threads_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name server that never answers does not take those that carriers are looked up in."""
    threads: list[str] = []

    def look_up(*_: object, **__: object) -> list[tuple[object, ...]]:
        threads.append(threading.current_thread().name)
        return [(0, 0, 0, "", ("192.0.2.1", 443))]

    monkeypatch.setattr("services.notify.adapters.doors.socket.getaddrinfo", look_up)
    assert await resolved("hospital.example", 443) == ["192.0.2.1"]
    assert threads[0].startswith("webhook names")


async def test_hook_06_a_long_answer_is_not_read_and_a_redirect_not_followed() -> None:
    async with receiver() as system:
        system.answer = Answered(200, b"x" * 20_000_000)
        async with asyncio.timeout(5):
            answer = await post(system.url, Names(["127.0.0.1"]), local=True)
        assert isinstance(answer, Answer)
        assert (answer.status, answer.content) == (200, {})
        system.answer = Answered(307, headers={"location": system.url})
        answer = await post(system.url, Names(["127.0.0.1"]), local=True)
        assert isinstance(answer, Answer)
        assert answer.status == 307
        assert len(system.heard) == 2
