"""Fault 6. Callers are gone as soon as they have sent: browsers that close the connection, programs that cancel."""

from __future__ import annotations

import asyncio
import json
import random
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import httpx

from services.drills.faults.ground import Ground
from services.drills.faults.scene import Actor, scene
from services.drills.faults.traffic import OPEN_SESSIONS, Told
from services.drills.faults.year import Year
from services.kit.domain import DomainError, Kind
from services.kit.ids import new_id
from services.rehearsal.dossiers import amend

GONE = 100
"""So many of each sort."""
AT_ONCE = 8
_AGAIN = (429, 502, 503, 504)


async def run(ground: Ground) -> None:
    """Send and be gone; then ask with the same key, twice."""
    stage = await scene(ground)
    year = await stage.year()
    await asyncio.gather(*(actor.do(year.start()) for actor in stage.applicants))
    chance = random.Random(f"gone/{ground.options.seed}")  # noqa: S311 (reproducible play, not a secret)
    told = Told()
    slots = asyncio.Semaphore(AT_ONCE)
    async with httpx.AsyncClient(base_url=ground.site.portal_url, timeout=10, trust_env=False) as client:

        async def one(number: int) -> bool:
            actor = stage.applicants[number % len(stage.applicants)]
            patience = chance.uniform(0, 0.03)
            async with slots:
                if number % 2:
                    return await _cancel(told, year, actor, number, patience)
                return await _hang_up(told, year, actor, number, patience, client)

        different = sum(await asyncio.gather(*(one(number) for number in range(2 * GONE))))
    ground.report.did(f"{GONE} browsers closed their connection, {GONE} programs cancelled their call")
    ground.report.found("repeats that were answered otherwise", different, holds=different == 0)
    await told.judge(ground)

    async def none_open() -> bool:
        async with ground.database("enrollment") as database:
            return bool(await database.fetchval(OPEN_SESSIONS) == 0)

    ground.recovered(await ground.seconds_until(none_open, "no session idles in a transaction"))
    ground.report.found("sessions idle in a transaction", 0, holds=True)


async def _cancel(told: Told, year: Year, actor: Actor, number: int, patience: float) -> bool:
    """A program cancels; whether the two answers to its repeats differ."""
    key = new_id()
    call = year.save(actor, number=number, key=key)
    task = asyncio.create_task(actor.ask(call))
    await asyncio.sleep(patience)
    task.cancel()
    with suppress(asyncio.CancelledError, DomainError):
        await task
    answer = await told.send(actor, call, key)
    return bool(await actor.do(call) != answer)


async def _hang_up(
    told: Told, year: Year, actor: Actor, number: int, patience: float, client: httpx.AsyncClient
) -> bool:
    """A browser closes its connection; whether the two answers to its repeats differ."""
    key, path = new_id(), f"/api/v1/cycles/{year.cycle_id}/application/sections/basic"
    body = {"body": dict(amend(actor.dossier["basic"], number))}
    headers = {"Authorization": f"Bearer {await actor.token()}", "Idempotency-Key": key}
    address = urlsplit(str(client.base_url))
    content = json.dumps(body).encode()
    lines = [f"PUT {path} HTTP/1.1", f"Host: {address.netloc}", "Content-Type: application/json"]
    lines += [f"Content-Length: {len(content)}", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    _, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write("\r\n".join(lines).encode() + content)
    await writer.drain()
    await asyncio.sleep(patience)
    writer.transport.abort()

    async def send() -> Any:
        answer = await client.put(path, json=body, headers=headers)
        if answer.status_code in _AGAIN:
            raise DomainError(Kind.UNAVAILABLE, str(answer.status_code), "asked to come again")
        if answer.status_code >= 500:
            raise DomainError(Kind.INTERNAL, str(answer.status_code), "a failure of the server")
        if answer.status_code >= 400:
            raise DomainError(Kind.CONFLICT, str(answer.json().get("reason")), "refused")
        return answer.json()

    first = await told.send(actor, send, key)
    return bool(await actor.do(send) != first)
