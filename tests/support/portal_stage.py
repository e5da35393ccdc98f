"""The portal before a real enrollment on a real database: what pages send is what the services take."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from services.enrollment.handlers.screening import Holder
from services.enrollment.service import servicers
from services.enrollment.store.sealing import Sealing
from services.kit.database import Database
from services.kit.grpc_server import GrpcServer
from tests.handlers.enrollment.story import Registry, Stage
from tests.support.objects import folder_of_objects
from tests.support.portal_upstream import Upstream
from tests.support.vaults import VAULT


class Documents:
    """Identity's pseudonyms: the same for the same person or document."""

    async def holder(self, person_id: str) -> Holder:
        """A person whose document is named after them."""
        return Holder("测试", "3701**********12", hashlib.sha256(person_id.encode()).hexdigest())

    async def key_of_document(self, document_type: str, number: str) -> Holder:
        """The pseudonym of a document as typed."""
        return Holder("", "3701**********12", hashlib.sha256(f"{document_type} {number}".encode()).hexdigest())


@dataclass
class Whole:
    """The portal with everything behind it, and the cycle it shows."""

    upstream: Upstream
    stage: Stage


@contextlib.asynccontextmanager
async def staged(url: str) -> AsyncIterator[Whole]:
    """Enrollment over the database at `url`, with a cycle in preparation; `upstream` is still to be started."""
    database, objects = Database(url, name="portal stage"), folder_of_objects()
    await database.start()
    upstream = Upstream()
    server = GrpcServer(
        0, servicers(database, Registry(), Sealing(VAULT), objects, "", Documents()), upstream.verifier()
    )
    await server.start()
    upstream.enrollment_address = f"127.0.0.1:{server.port}"
    stage = Stage(database, objects=objects)
    await stage.open()
    yield Whole(upstream, stage)
    await server.stop()
    await database.stop()
