"""The sandbox province of integrators: its people beside those of the demo, and a year that begins now."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from residency.enrollment.v1.cycle_service_pb2_grpc import CycleServiceStub
from services.access import channel_to, machine_token
from services.kit.ids import new_id
from services.kit.settings import Settings
from services.kit.shipped import shipped
from services.rehearsal.cycle_order import cycle_request, known_places
from services.rehearsal.province import Province
from services.stack import demo
from services.stack.accounts import Accounts
from services.stack.authenticator import Keyring
from services.stack.demo import PROVINCE, Demo, resident_id
from services.stack.load import Loader

FILE = shipped("deploy/provinces/sandbox.yaml")
BASE = "SB-ONE"


def _mobile(last_digits: int) -> str:
    return f"1450097{last_digits:04d}"


# Division code 370098 is assigned to no place, so this number belongs to nobody.
PEOPLE = (
    Demo(
        *("sb.applicant", "applicant", "试用报名人", "报名人 applicant", _mobile(1)),
        *("", resident_id("37009819980315101")),
    ),
    Demo("sb.reviewer", "base_reviewer", "试用审核员", f"基地审核员 reviewer of {BASE}", _mobile(2), BASE),
    Demo("sb.admin", "base_administrator", "试用基地管理员", f"基地管理员 of {BASE}", _mobile(3), BASE),
    Demo("sb.province", "province_administrator", "试用省级管理员", "省级管理员", _mobile(4), PROVINCE),
    Demo("sb.security", "security_administrator", "试用安全管理员", "安全管理员", _mobile(5), PROVINCE),
)
"""The log-ins; the security administrator last, as in the demo."""


async def open_year(
    province: Province, password: str, data: Path, settings: Settings, starts_at: datetime, day_seconds: float
) -> str:
    """Make sure that the sandbox and its people exist, and begin another year there; the id of its cycle.

    What earlier years left stays as it is. Raises DomainError when a service refuses or is away.
    """
    token = machine_token("operator", settings)
    identity, enrollment = channel_to("identity", settings, token), channel_to("enrollment", settings, token)
    try:
        await Loader(Accounts(identity), province, password, Keyring(demo.factors_file(data)), PEOPLE).load()
        request = cycle_request(
            *(province, province.bases, known_places(province), new_id()), starts_at=starts_at, day_seconds=day_seconds
        )
        return str((await enrollment.stub(CycleServiceStub).CreateCycle(request)).cycle.cycle_id)
    finally:
        await identity.close()
        await enrollment.close()
