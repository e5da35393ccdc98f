"""What stands behind the portal in its benchmarks: a board of a real province's size, and facts that say it changed.

Run by `tests.bench.portal_processes`. Prints its port; each line on the standard input changes the board once, tells it
over NATS as enrollment's relay would, and prints the number of the change and the machine's monotonic clock (in
seconds) just before it was told. The number is how many people have applied at the first seat.
"""

from __future__ import annotations

import asyncio
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nats
import uvloop

from residency.enrollment.v1 import (
    board_service_pb2,
    cycle_pb2,
    cycle_service_pb2,
    events_pb2,
)
from residency.identity.v1 import account_pb2, person_service_pb2
from services.kit import delivery
from services.kit.auth import caller
from services.kit.ids import new_id
from services.rehearsal.province import load_province
from tests.support.portal_enrollment import Enrollment
from tests.support.portal_identity import Identity
from tests.support.portal_upstream import Upstream

SUBMITTED = "residency.enrollment.v1.application.submitted"
_FILE = Path(__file__).resolve().parents[2] / "deploy" / "provinces" / "shandong-2023.yaml"


class Province(Enrollment):
    """The stand-in for enrollment, with all bases of a province and every specialty at each."""

    def __init__(self) -> None:
        super().__init__()
        self.phase = "REGISTRATION"
        self.changes = 0
        whole = load_province(_FILE)
        self._bases = {base.code: base.name for base in whole.bases}
        self._specialties = {each.code: each.name for each in whole.specialties}

    async def GetCatalogue(self, request: Any, context: Any) -> Any:
        """Names and plan."""
        return cycle_service_pb2.GetCatalogueResponse(
            bases=[cycle_pb2.Base(code=code, name=name) for code, name in self._bases.items()],
            specialties=[cycle_pb2.Specialty(code=code, name=name) for code, name in self._specialties.items()],
            plan=[
                cycle_pb2.PlannedSeats(base_code=base, specialty_code=specialty, planned=20)
                for base in self._bases
                for specialty in self._specialties
            ],
        )

    async def GetBoard(self, request: Any, context: Any) -> Any:
        """Counts of every seat."""
        answer = board_service_pb2.GetBoardResponse()
        for base in self._bases if not request.base_code else [request.base_code]:
            for number, specialty in enumerate(self._specialties):
                answer.rows.add(
                    base_code=base,
                    specialty_code=specialty,
                    planned=20,
                    applied=self.changes if number == 0 else 0,
                    provisional=0,
                )
        answer.as_of.GetCurrentTime()
        return answer


class Anybody(Identity):
    """The stand-in for identity, which knows everybody, and whose keys may be another's."""

    def __init__(self, key_set: str) -> None:
        super().__init__()
        self._key_set = key_set

    def key_set(self) -> str:
        """The keys that tokens are signed with."""
        return self._key_set or super().key_set()

    async def GetMe(self, request: Any, context: Any) -> Any:
        """Somebody."""
        return person_service_pb2.GetMeResponse(person=account_pb2.Person(person_id=caller().person_id, name="某某"))


async def serve(url: str, key_set: str) -> None:
    """Serve until the standard input ends."""
    upstream = Upstream()
    province = upstream.enrollment = Province()
    upstream.identity = Anybody(key_set)
    await upstream.start()
    client = await nats.connect(url)
    print(upstream.settings.enrollment_address, flush=True)
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    body = events_pb2.ApplicationSubmitted(
        application=events_pb2.ApplicationFact(person_id="nobody", base_code="SD-QILU")
    ).SerializeToString()
    while await reader.readline():
        province.changes += 1
        number = new_id()
        headers = delivery.headers(
            event_id=number,
            event_type="residency.enrollment.v1.ApplicationSubmitted",
            source="bench",
            aggregate_id=number,
            epoch=1,
            version=1,
            occurred_at=datetime.now(UTC),
        )
        print(province.changes, time.monotonic(), flush=True)
        await client.publish(SUBMITTED, body, headers=headers)
        await client.flush()
    await client.close()
    await upstream.stop()


if __name__ == "__main__":
    uvloop.run(serve(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else ""))
