"""What the departments of the demo base train in: said to faculty by its teaching office, as people say it."""

from __future__ import annotations

from collections.abc import Sequence

from residency.faculty.v1 import rotation_service_pb2 as rotations
from residency.faculty.v1.rotation_service_pb2_grpc import RotationServiceStub
from services.kit.auth import act_as
from services.kit.grpc_client import Channel
from services.kit.ids import new_id
from services.rehearsal.province import Department


async def furnish(channel: Channel, token: str, base_code: str, departments: Sequence[Department]) -> int:
    """Say what each of these trains in, where nothing was said before; for how many.

    `token` is that of somebody of the base's teaching office. Raises DomainError as faculty refuses, INVALID
    UNKNOWN_DISCIPLINE for a discipline that no standard knows.
    """
    faculty = channel.stub(RotationServiceStub)
    told = [each for each in departments if each.disciplines]
    with act_as(token):
        known = await faculty.ListDisciplines(rotations.ListDisciplinesRequest(base_code=base_code))
        settled = {each.department_code for each in known.departments if each.disciplines}
        missing = [each for each in told if each.code not in settled]
        for each in missing:
            await faculty.SetDiscipline(
                rotations.SetDisciplineRequest(
                    department_code=each.code,
                    disciplines=each.disciplines,
                    places=each.places,
                    idempotency_key=new_id(),
                )
            )
    return len(missing)
