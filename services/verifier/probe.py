"""I10: no identity or mobile number of anybody stands in clear where the platform keeps or tells anything.

Searched: every table of every database (as text, and as bytes for what is no text), every file of the data directory
(logs, traces, the stores of NATS and Temporal, PostgreSQL's own files), the histories of all workflows, the subjects of
all messages, and the metrics.
"""

from __future__ import annotations

import asyncio
import stat
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Literal

import asyncpg
import httpx
from nats.errors import Error as NatsError
from temporalio.service import RPCError

from services.kit.temporal import Admission
from services.verifier.finding import Finding
from services.verifier.needles import Needles, Place, Reader
from services.verifier.stores import Stores

_PIECE = 1 << 20
_SECONDS = timedelta(seconds=10)
_AT_ONCE = 8
_TABLES = """
SELECT format('%I.%I', n.nspname, c.relname)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1
"""
_TEXTS = (".log", ".jsonl")


class Probe:
    """Looks for `needles` in `stores`."""

    def __init__(self, stores: Stores, needles: Needles) -> None:
        self._stores = stores
        self._needles = needles

    async def finding(self) -> Finding:
        """Whether nothing stands anywhere, told with how many numbers were looked for in how much."""
        places = await self.search()
        broken = [line for place in places for line in place.told()]
        megabytes = sum(place.searched for place in places) / 1e6
        title = f"no identity or mobile number in clear ({len(self._needles)} numbers, {megabytes:.0f} MB searched)"
        return Finding.of("I10", title, len(places), broken)

    async def search(self) -> list[Place]:
        """All places, each with what was found there; what could not be reached says so in its `trouble`."""
        places = [place async for place in self._databases()]
        places += await asyncio.to_thread(lambda: list(self._files()))
        places += [await self._histories(), await self._subjects(), await self._metrics()]
        return places

    async def _databases(self) -> AsyncIterator[Place]:
        for service, url in self._stores.databases.items():
            reader = Reader(self._needles, f"database {service}")
            try:
                # The time limits that a service lives under are not meant for a dump.
                connection = await asyncpg.connect(
                    url,
                    timeout=5,
                    server_settings={
                        "default_transaction_read_only": "on",
                        # As hexadecimal digits sealed bytes hold every number sooner or later.
                        "bytea_output": "escape",
                        "statement_timeout": "0",
                        "transaction_timeout": "0",
                    },
                )
                try:
                    for table in [str(row[0]) for row in await connection.fetch(_TABLES)]:
                        yield await self._table(connection, service, table, "text")
                        yield await self._table(connection, service, table, "binary")
                finally:
                    await connection.close(timeout=2)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as error:
                reader.place.trouble = type(error).__name__
                yield reader.place

    async def _table(
        self,
        connection: asyncpg.Connection[asyncpg.Record],
        service: str,
        table: str,
        form: Literal["text", "binary"],
    ) -> Place:
        reader = Reader(self._needles, f"database {service}, table {table}")

        async def take(piece: bytes) -> None:
            reader.feed(piece)

        # The name comes quoted from the catalogue.
        await connection.copy_from_query(f"SELECT * FROM {table}", output=take, format=form)  # noqa: S608
        return reader.place

    def _files(self) -> Iterator[Place]:
        if self._stores.files is None:
            return
        for file in sorted(self._stores.files.rglob("*")):
            place = self._file(file, self._stores.files)
            if place is not None:
                yield place

    def _file(self, file: Path, root: Path) -> Place | None:
        reader = Reader(self._needles, f"file {file.relative_to(root)}", text=file.suffix in _TEXTS)
        try:
            if not stat.S_ISREG(file.lstat().st_mode):
                return None
            with file.open("rb") as stream:
                while piece := stream.read(_PIECE):
                    reader.feed(piece)
        except FileNotFoundError:
            # Servers replace their files all the time.
            return None
        except OSError as error:
            reader.place.trouble = error.strerror or type(error).__name__
        return reader.place

    async def _histories(self) -> Place:
        reader = Reader(self._needles, "workflow histories")
        slots = asyncio.Semaphore(_AT_ONCE)
        settings = self._stores.settings
        if settings is None:
            return reader.place
        try:
            client = await Admission.of(settings).client(settings)

            async def read(workflow_id: str, run_id: str) -> None:
                async with slots:
                    history = await client.get_workflow_handle(workflow_id, run_id=run_id).fetch_history()
                for event in history.events:
                    reader.feed(event.SerializeToString())

            async with asyncio.TaskGroup() as group:
                async for listed in client.list_workflows(page_size=1000):
                    group.create_task(read(listed.id, listed.run_id))
        except (OSError, RuntimeError, RPCError) as error:
            reader.place.trouble = str(error)
        except ExceptionGroup as errors:
            reader.place.trouble = str(errors.exceptions[0])
        return reader.place

    async def _subjects(self) -> Place:
        reader = Reader(self._needles, "message subjects")
        if self._stores.nats is None:
            return reader.place
        try:
            connection = await self._stores.nats.call()
            try:
                jetstream = connection.jetstream(timeout=_SECONDS.total_seconds())
                for stream in await jetstream.streams_info():
                    info = await jetstream.stream_info(stream.config.name or "", subjects_filter=">")
                    for subject in info.state.subjects or {}:
                        reader.feed(f"{subject}\n".encode())
            finally:
                await connection.close()
        except (NatsError, OSError, TimeoutError) as error:
            reader.place.trouble = type(error).__name__
        return reader.place

    async def _metrics(self) -> Place:
        reader = Reader(self._needles, "metrics")
        async with httpx.AsyncClient(timeout=_SECONDS.total_seconds(), trust_env=False) as client:
            for url in self._stores.metrics_urls():
                try:
                    reader.feed((await client.get(url)).content)
                except httpx.HTTPError as error:
                    reader.place.trouble = type(error).__name__
        return reader.place
