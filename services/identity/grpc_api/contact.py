"""ContactService over gRPC: messages to use cases and back, nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import grpc

from residency.identity.v1 import contact_service_pb2 as pb
from residency.identity.v1 import contact_service_pb2_grpc
from services.identity.handlers.contacts import ContactHandlers
from services.kit.grpc_server import Servicer

if TYPE_CHECKING:
    Context = grpc.aio.ServicerContext[object, object]


class ContactApi(contact_service_pb2_grpc.ContactServiceServicer):
    """Answers ContactService; failures are DomainErrors that the server turns into statuses."""

    def __init__(self, contacts: ContactHandlers) -> None:
        self._contacts = contacts

    async def ListMobiles(self, request: pb.ListMobilesRequest, context: Context) -> pb.ListMobilesResponse:
        """Numbers of people who may be written to."""
        mobiles = await self._contacts.mobiles(request.person_ids)
        return pb.ListMobilesResponse(
            mobiles=[pb.Mobile(person_id=person_id, mobile=number) for person_id, number in mobiles.items()]
        )

    async def ListOrganisationStaff(
        self, request: pb.ListOrganisationStaffRequest, context: Context
    ) -> pb.ListOrganisationStaffResponse:
        """Who does the work of organisations."""
        staff = await self._contacts.staff(request.organisation_codes)
        return pb.ListOrganisationStaffResponse(
            staff=[pb.OrganisationStaff(organisation_code=code, person_ids=people) for code, people in staff.items()]
        )


def servicer(contacts: ContactHandlers) -> Servicer:
    """What the server needs to serve ContactService."""
    return Servicer(
        pb.DESCRIPTOR.services_by_name["ContactService"],
        contact_service_pb2_grpc.add_ContactServiceServicer_to_server,
        ContactApi(contacts),
    )
