"""Fault 35. Identity is away: nobody signs in, nobody gets in by that, and who is signed in reads on."""

from __future__ import annotations

import asyncio
from collections import Counter

from services.drills.faults.ground import Ground
from services.drills.faults.scene import scene, sign_in_again
from services.drills.offering import Answer, Client, Request
from services.kit.ids import new_id
from services.rehearsal.dossiers import amend

ROUNDS = 12
HEALS_SECONDS = 10.0
_FORGED = "eyJhbGciOiJFZDI1NTE5Iiwia2lkIjoieCJ9.eyJzdWIiOiJ4In0.AAAA"


async def run(ground: Ground) -> None:
    """Keep it down and ask for what it decides, for what it does not, and with no right at all."""
    stage = await scene(ground)
    year = await stage.year()
    applicant, other = stage.applicants[0], stage.applicants[1]
    await asyncio.gather(*(each.do(year.start()) for each in (applicant, other)))
    token, ended = await applicant.token(), await other.token()
    own = f"/api/v1/cycles/{year.cycle_id}/application"
    client = Client(ground.site.portal_url)

    async def ask(method: str, path: str, bearer: str = "", body: object = None) -> Answer:
        return await client.send(Request(method, path, bearer, new_id() if method != "GET" else "", body))

    def save(bearer: str) -> asyncio.Task[Answer]:
        body = {"body": amend(applicant.dossier["basic"], 1)}
        return asyncio.create_task(ask("PUT", f"{own}/sections/basic", bearer, body))

    try:
        left = await ask("DELETE", "/api/v1/sessions/current", ended)
        await ground.until(lambda: _refused(ask, own, ended), "the ended session is refused")
        seen: dict[str, Counter[int]] = {}
        async with ground.down("identity"):
            for _ in range(ROUNDS):
                asked = {
                    "sign in": ask("POST", "/api/v1/sessions", "", {"login": "nobody", "password": "wrong"}),
                    "register": ask("POST", "/api/v1/captchas", "", {}),
                    "prove again": ask("POST", "/api/v1/sessions/step-up", token, {}),
                    "read one's own": ask("GET", own, token),
                    "read without a token": ask("GET", own),
                    "read with a forged token": ask("GET", own, _FORGED),
                    "save with a forged token": save(_FORGED),
                    "read in a session that ended": ask("GET", own, ended),
                    "save in a session that ended": save(ended),
                    "save": save(token),
                }
                for name, answer in zip(asked, await asyncio.gather(*asked.values()), strict=True):
                    seen.setdefault(name, Counter())[answer.status] += 1
        back = await ground.seconds_until(lambda: _signs_in(ask), "identity answers again")
    finally:
        await client.close()
        await sign_in_again(ground, other)
    ground.report.did(f"identity was away while {ROUNDS} times {len(seen)} things were asked")
    needs = {name: seen[name] for name in ("sign in", "register", "prove again")}
    bad = {name: dict(each) for name, each in needs.items() if set(each) - {429, 503}}
    told = bad or {name: dict(each) for name, each in needs.items()}
    ground.report.found("what identity decides is refused as unavailable", told, holds=not bad)
    strangers = {name: each for name, each in seen.items() if "token" in name or "ended" in name}
    let_in = {name: dict(each) for name, each in strangers.items() if set(each) - {401, 503}}
    told = let_in or {name: dict(each) for name, each in strangers.items()}
    ground.report.found("allowed by its absence", told, holds=not let_in and left.ok)
    reads = seen["read one's own"]
    ground.report.found("who is signed in reads on", dict(reads), holds=set(reads) == {200})
    # A token says by itself who somebody is, for ten minutes at most: what identity has decided before still counts.
    saves = seen["save"]
    ground.report.found("and saves on, while the token lives", dict(saves), holds=not set(saves) - {200, 503})
    ground.timely("identity answers again after it is ready", back, HEALS_SECONDS)
    ground.recovered(back)


async def _refused(ask: object, path: str, token: str) -> bool:
    return (await ask("GET", path, token)).status == 401  # type: ignore[operator, no-any-return]


async def _signs_in(ask: object) -> bool:
    answer = await ask("POST", "/api/v1/sessions", "", {"login": "nobody", "password": "wrong"})  # type: ignore[operator]
    return answer.status == 401  # type: ignore[no-any-return]
