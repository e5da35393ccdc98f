"""What notify asks of identity: numbers at the moment in which messages leave, and who works in an organisation."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Protocol
from uuid import UUID

from residency.identity.v1 import contact_service_pb2 as identity
from residency.identity.v1.contact_service_pb2_grpc import ContactServiceStub
from services.kit.grpc_client import Channel

PEOPLE_AT_ONCE = 500
ORGANISATIONS_AT_ONCE = 100
STAFF_SECONDS = 60.0
"""How long the staff of an organisation are taken to be the same."""


class Directory(Protocol):
    """Who is reached where, as far as identity knows."""

    async def mobiles(self, person_ids: Collection[str]) -> Mapping[str, str]:
        """E.164 numbers of those of the people who have one and may be written to; others are missing.

        Raises DomainError UNAVAILABLE.
        """
        ...

    async def staff(self, organisation_codes: Collection[str]) -> Mapping[str, tuple[str, ...]]:
        """Person ids of who does the work of each organisation now; organisations without anybody are missing.

        Raises DomainError UNAVAILABLE.
        """
        ...


class Contacts:
    """MSG-28: identity's ContactService, asked with the service's own token, never inside a transaction.

    Numbers are kept by nobody. Staff are remembered for a minute: many messages go to few organisations.
    """

    def __init__(self, channel: Channel) -> None:
        self._stub = channel.stub(ContactServiceStub)
        self._staff: dict[str, tuple[float, tuple[str, ...]]] = {}

    async def mobiles(self, person_ids: Collection[str]) -> Mapping[str, str]:
        """As `Directory.mobiles`."""
        found: dict[str, str] = {}
        for batch in _batches(list(_ids(person_ids)), PEOPLE_AT_ONCE):
            answer = await self._stub.ListMobiles(identity.ListMobilesRequest(person_ids=batch))
            found |= {each.person_id: each.mobile for each in answer.mobiles}
        return found

    async def staff(self, organisation_codes: Collection[str]) -> Mapping[str, tuple[str, ...]]:
        """As `Directory.staff`, at most a minute old."""
        now = time.monotonic()
        self._staff = {code: known for code, known in self._staff.items() if known[0] > now}
        missing = sorted(set(organisation_codes) - self._staff.keys())
        for batch in _batches(missing, ORGANISATIONS_AT_ONCE):
            request = identity.ListOrganisationStaffRequest(organisation_codes=batch)
            answer = await self._stub.ListOrganisationStaff(request)
            people = {each.organisation_code: tuple(each.person_ids) for each in answer.staff}
            self._staff |= {code: (now + STAFF_SECONDS, people.get(code, ())) for code in batch}
        known = {code: self._staff[code][1] for code in organisation_codes if code in self._staff}
        return {code: people for code, people in known.items() if people}


def _ids(person_ids: Collection[str]) -> Iterator[str]:
    """Those that are ids of people: one that is none would have identity refuse the whole batch."""
    for person_id in dict.fromkeys(person_ids):
        try:
            UUID(person_id)
        except ValueError:
            continue
        yield person_id


def _batches(all_of_them: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (all_of_them[begin : begin + size] for begin in range(0, len(all_of_them), size))
