"""Loads a province into a running stack: organisations and demo log-ins, as the machine "operator".

Run as a process of its own (`python -m services.stack.load FILE DATA`), so that `up` need not load gRPC. Loading twice
changes nothing.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from residency.identity.v1 import account_pb2, identity_service_pb2, identity_service_pb2_grpc
from services.access import channel_to, machine_token
from services.kit.domain import DomainError, Kind
from services.kit.settings import Settings
from services.rehearsal.province import Province, load_province
from services.stack import demo, state


async def load(province: Province, password: str, settings: Settings) -> None:
    """Import organisations and open the demo accounts. Raises DomainError when identity refuses or is away."""
    channel = channel_to("identity", settings, machine_token("operator", settings))
    try:
        identity = channel.stub(identity_service_pb2_grpc.IdentityServiceStub)
        await identity.ImportOrganisations(
            identity_service_pb2.ImportOrganisationsRequest(organisations=_organisations(province))
        )
        codes = {base.code for base in province.bases}
        # One after another: each costs a password hash of 46 MiB.
        for person in demo.PEOPLE:
            await _open_account(identity, person, province, codes, password)
    finally:
        await channel.close()


def _organisations(province: Province) -> list[account_pb2.Organisation]:
    above = account_pb2.Organisation(
        code=province.code, name=province.name, kind=account_pb2.ORGANISATION_KIND_PROVINCE
    )
    below = [
        account_pb2.Organisation(
            code=base.code, name=base.name, kind=account_pb2.ORGANISATION_KIND_BASE, parent_code=province.code
        )
        for base in province.bases
    ]
    return [above, *below]


async def _open_account(
    identity: identity_service_pb2_grpc.IdentityServiceStub,
    person: demo.Demo,
    province: Province,
    codes: set[str],
    password: str,
) -> None:
    role = f"ROLE_{person.role.upper()}"
    if not person.organisation:
        await _register(identity, person, role, password)
        return
    if person.organisation == demo.PROVINCE:
        organisation = province.code
    else:
        # A province of one's own has other bases; its demo staff work at the first of them.
        organisation = person.organisation if person.organisation in codes else province.bases[0].code
    await identity.AppointStaff(
        identity_service_pb2.AppointStaffRequest(
            login=person.login, password=password, name=person.name, role=role, organisation_code=organisation
        )
    )


async def _register(
    identity: identity_service_pb2_grpc.IdentityServiceStub,
    person: demo.Demo,
    role: str,
    password: str,
) -> None:
    try:
        await identity.RegisterAccount(
            identity_service_pb2.RegisterAccountRequest(
                role=role,
                name=person.name,
                resident_id=person.resident_id,
                login=person.login,
                password=password,
                idempotency_key=f"demo-{person.login}",
            )
        )
    except DomainError as error:
        if error.kind is not Kind.CONFLICT:
            raise


def main() -> int:
    """Entry point: `load FILE DATA`, with addresses and the secret from the environment; returns the exit code."""
    settings = Settings()
    data = Path(sys.argv[2])
    try:
        asyncio.run(load(load_province(Path(sys.argv[1])), demo.password(state.load(data)), settings))
    except DomainError as error:
        print(f"the province cannot be loaded: {error}", file=sys.stderr)  # noqa: T201  (its log is its stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
