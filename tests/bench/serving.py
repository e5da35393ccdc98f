"""The server process of the benchmark: enrollment as it is served, and beside it a handler that does one insert.

Run by `tests.bench.decision`; prints the two ports on one line when both listen.
"""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import asyncpg
import grpc
import uvloop

from residency.enrollment.v1 import decision_service_pb2 as pb
from residency.enrollment.v1.decision_service_pb2_grpc import (
    DecisionServiceServicer,
    add_DecisionServiceServicer_to_server,
)
from services.enrollment.service import servicers
from services.enrollment.settings import EnrollmentSettings
from services.enrollment.store.sealing import Sealing
from services.kit import telemetry
from services.kit.auth import TokenVerifier
from services.kit.database import Database
from services.kit.grpc_server import GrpcServer
from services.kit.settings import Settings
from tests.handlers.enrollment.story import Registry
from tests.support.objects import folder_of_objects
from tests.support.portal_stage import Documents
from tests.support.vaults import VAULT

POOL = 16
"""Connections of the bare server; ours has as many as enrollment has by default."""
PROFILE = "BENCH_PROFILE"
"""Environment variable: a file that receives the server's profile (cProfile), which slows it down."""
INSERT = "INSERT INTO bare (application_id, submission_number, key) VALUES ($1, $2, $3)"


class Bare(DecisionServiceServicer):
    """One committed insert, nothing checked."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def ReviewApplication(
        self, request: pb.ReviewApplicationRequest, context: Any
    ) -> pb.ReviewApplicationResponse:
        """Insert what the request says."""
        async with self._pool.acquire() as connection:
            await connection.execute(INSERT, request.application_id, request.submission_number, request.idempotency_key)
        return pb.ReviewApplicationResponse(row=pb.QueueRow(application_id=request.application_id))


async def _keep(_connection: Sequence[object] | object) -> None:
    """The bare pool resets nothing either: it is to be as fast as it can."""


async def serve(url: str, key_set: str, trace_file: Path) -> None:
    """Serve both until the standard input ends."""
    telemetry.configure("bench", Settings(trace_file=trace_file, trace_share=0.1))

    async def published() -> str:
        return key_set

    pool = await asyncpg.create_pool(url, min_size=POOL, max_size=POOL, reset=_keep)
    bare = grpc.aio.server()
    add_DecisionServiceServicer_to_server(Bare(pool), bare)  # type: ignore[no-untyped-call]  # generated
    bare_port = bare.add_insecure_port("127.0.0.1:0")
    await bare.start()

    database = Database(url, name="bench", pool_size=EnrollmentSettings().database_pool_size)
    await database.start()
    served = servicers(database, Registry(), Sealing(VAULT), folder_of_objects(), documents=Documents())
    ours = GrpcServer(0, served, TokenVerifier(published))
    await ours.start()
    print(bare_port, ours.port, flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await ours.stop()
    await bare.stop(0)
    await database.stop()
    await pool.close()
    telemetry.shutdown()


def main() -> None:
    """Serve, under a profiler when asked to. Imported code is frozen, as `services.cli.run` does it."""
    gc.freeze()
    work = serve(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
    if PROFILE not in os.environ:
        uvloop.run(work)
        return
    import cProfile  # noqa: PLC0415  (only when asked for)

    profile = cProfile.Profile()
    profile.enable()
    uvloop.run(work)
    profile.disable()
    profile.dump_stats(os.environ[PROFILE])


if __name__ == "__main__":
    main()
