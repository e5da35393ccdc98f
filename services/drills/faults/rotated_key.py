"""Fault 36. The signing key is rotated under load, and an account is suspended meanwhile.

A fresh key signs a minute after it was made, when every process knows it; what the former one signed counts for a day.
"""

from __future__ import annotations

import asyncio
import json
import time
from base64 import urlsafe_b64decode
from collections import Counter

from residency.identity.v1 import support_service_pb2
from residency.identity.v1.support_service_pb2_grpc import SupportServiceStub
from services.access import channel_to, machine_token
from services.drills.faults.ground import Ground
from services.drills.faults.scene import Scene, scene, sign_in_again
from services.drills.faults.traffic import Told, saving
from services.drills.offering import Client, Request
from services.kit.ids import new_id

SIGNS_SECONDS = 90.0
"""A fresh key signs within this: a minute, and what a process takes to notice."""
GONE_SECONDS = 60.0
_REASON = "故障演练"


async def run(ground: Ground) -> None:
    """Rotate while everybody saves, sign in until the fresh key signs, then suspend somebody in the middle."""
    stage = await scene(ground)
    year = await stage.year(day_seconds=240.0)
    told = Told()
    former = _key_of(await stage.applicants[0].token())
    async with saving(ground, stage, year, told=told):
        fresh = json.loads(await ground.residency("keys", "rotate", "signing", "--json"))["key"]
        ground.report.did("rotated the signing key")
        took = await ground.seconds_until(lambda: _signs(ground, stage, fresh), "the fresh key signs", SIGNS_SECONDS)
        await ground.until(told.more(2 * len(stage.applicants)), "everybody has saved with both keys about")
    ground.report.found("the fresh key signs", f"{took:.0f} s after it was made", holds=fresh != former)
    refused = Counter(told.refused.values())
    ground.report.found("valid people refused", dict(refused) or 0, holds=not refused)
    await told.judge(ground)
    await _suspend(ground, stage)
    ground.report.figures["fresh_key_signs_seconds"] = round(took, 1)


async def _signs(ground: Ground, stage: Scene, key: str) -> bool:
    """Whether somebody who signs in now gets a token signed with `key`."""
    try:
        return _key_of((await sign_in_again(ground, stage.applicants[1])).access.value) == key
    finally:
        await asyncio.sleep(1.0)  # each look costs a password hash


async def _suspend(ground: Ground, stage: Scene) -> None:
    """The suspended one is refused soon, nobody else; then they are restored."""
    victim, other = stage.applicants[-1], stage.applicants[0]
    token, theirs = await victim.token(), await other.token()
    site = ground.site
    operator = channel_to("identity", site.settings, machine_token("operator", site.settings))
    support = operator.stub(SupportServiceStub)
    client = Client(site.portal_url)

    async def status(bearer: str) -> int:
        return (await client.send(Request("GET", "/api/v1/sessions", bearer))).status

    try:
        before = await status(token)
        await support.SuspendAccount(
            support_service_pb2.SuspendAccountRequest(
                person_id=victim.person_id, reason=_REASON, idempotency_key=new_id()
            )
        )
        began = time.monotonic()
        gone = await ground.seconds_until(lambda: _is(status, token, 401), "the suspended one is refused", GONE_SECONDS)
        ground.report.found("the suspended one is refused", f"{before}, then 401", holds=before == 200)
        ground.timely("from the suspension to the refusal", gone, 5.0)
        others = await status(theirs)
        ground.report.found("somebody else meanwhile", others, holds=others == 200)
        ground.recovered(time.monotonic() - began)
    finally:
        await client.close()
        await support.RestoreAccount(
            support_service_pb2.RestoreAccountRequest(
                person_id=victim.person_id, reason=_REASON, idempotency_key=new_id()
            )
        )
        await operator.close()
    await sign_in_again(ground, victim)


def _key_of(token: str) -> str:
    head = token.split(".", 1)[0]
    return str(json.loads(urlsafe_b64decode(head + "=" * (-len(head) % 4)))["kid"])


async def _is(status: object, token: str, wanted: int) -> bool:
    return await status(token) == wanted  # type: ignore[operator, no-any-return]
