"""OPS-80, OPS-81: `residency staff invite|list|reset-factor`: who works with the platform, the first of them too."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli import asking, output
from services.kit.domain import DomainError, Kind

if TYPE_CHECKING:
    from residency.identity.v1 import staff_service_pb2
    from services.cli.staff_file import Wanted
    from services.kit.grpc_client import Channel


def register(app: typer.Typer) -> None:
    """Add `staff`."""
    group = typer.Typer(help="Staff: invite them, see who they are, let them back in.", no_args_is_help=True)
    group.command("invite")(invite)
    group.command("list")(listed)
    group.command("reset-factor")(reset_factor)
    app.add_typer(group, name="staff")


def invite(
    file: Annotated[
        Path,
        typer.Argument(allow_dash=True, help="CSV: name,mobile,role,organisation and perhaps until; `-` reads it."),
    ],
    again: Annotated[
        bool, typer.Option("--again", help="Invite also who has this hat, or an invitation to it, by that name.")
    ] = False,
    codes: Annotated[
        bool, typer.Option("--codes", help="Print the codes: for a platform whose text messages reach nobody yet.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only read and check the list.")] = False,
    data: output.DataOption = output.DEFAULT_DATA,
    as_json: output.JsonOption = False,
) -> None:
    """Offer hats to people as the platform's operator: each gets a code by text message, good for seven days.

    A powerful hat (province_administrator, auditor, support, system_administrator, security_administrator) waits for
    the signature of a security administrator, unless the province has none yet: invite those last. The list is checked
    as a whole before anybody is invited; run again, it leaves out whom it finds. Exit code 1 when somebody was refused.

    Example: residency staff invite staff.csv --dry-run
    """
    from services.cli import staff_file  # noqa: PLC0415  (brings identity's roles)

    try:
        wanted = staff_file.read(sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        output.fail(f"cannot read {file}: {getattr(error, 'strerror', None) or 'it is no UTF-8'}", output.USAGE)
    except staff_file.StaffFileError as error:
        output.fail(f"{file}: {error}", output.USAGE)
    if dry_run:
        output.say(f"{len(wanted)} people, the list is right; nobody was invited (--dry-run)")
        return

    async def ask(to: Callable[[str], Channel]) -> list[dict[str, Any]]:
        return await invite_all(_stub(to), wanted, again=again, codes=codes)

    told = asking.as_operator(data, ask)
    if as_json:
        output.write_json(told)
    else:
        for each in told:
            output.say(_line(each))
    if any(each["became"] == "refused" for each in told):
        raise SystemExit(output.FAILED)


def listed(
    organisation: Annotated[str, typer.Argument(help="Code of an organisation; all of them without one.")] = "",
    ended: Annotated[bool, typer.Option("--ended", help="Also hats that have ended.")] = False,
    data: output.DataOption = output.DEFAULT_DATA,
    as_json: output.JsonOption = False,
) -> None:
    """List the staff of an organisation and of those below it: hat, name, second factor, or until when invited.

    Example: residency staff list SD-QILU
    """

    async def ask(to: Callable[[str], Channel]) -> list[dict[str, Any]]:
        return [_member(each) async for each in _staff(_stub(to), organisation)]

    found = [each for each in asking.as_operator(data, ask) if ended or not each["ended_at"]]
    if as_json:
        output.write_json(found)
        return
    for each in found:
        output.say("  ".join((f"{each['organisation']:<14}", f"{each['role']:<22}", each["name"], _standing(each))))
    if not found:
        output.say("nobody")


def reset_factor(
    person: Annotated[str, typer.Argument(help="Person id, as `residency staff list --json` says it.")],
    reason: Annotated[str, typer.Option(help="Why; kept in the audit.")],
    data: output.DataOption = output.DEFAULT_DATA,
) -> None:
    """Take the second factor away from somebody who lost it: all their sessions end, the next sign-in enrols another.

    Look at the person first: whoever holds the password is let in. Normally a security administrator does this on the
    pages; this is for the day on which the last of them is locked out.

    Example: residency staff reset-factor 0199aaaa-0000-7000-8000-000000000001 --reason 手机丢失，当面核验
    """

    async def ask(to: Callable[[str], Channel]) -> None:
        from residency.identity.v1.support_service_pb2_grpc import SupportServiceStub  # noqa: PLC0415  (brings gRPC)

        await take_factor(to("identity").stub(SupportServiceStub), person, reason)

    asking.as_operator(data, ask)
    output.say(f"{person} has no second factor; the next sign-in enrols one")


async def take_factor(stub: Any, person: str, reason: str) -> None:
    """OPS-81: take somebody's second factor away. Raises DomainError NOT_FOUND for nobody, INVALID for no reason."""
    from residency.identity.v1 import support_service_pb2 as pb  # noqa: PLC0415
    from services.kit.ids import new_id  # noqa: PLC0415

    request = pb.ResetSecondFactorRequest(person_id=person, reason=reason, idempotency_key=new_id())
    await stub.ResetSecondFactor(request)


async def invite_all(stub: Any, wanted: list[Wanted], *, again: bool, codes: bool) -> list[dict[str, Any]]:
    """What became of each row: `invited`, `unsigned`, `present` or `refused`; one that is refused stops no other.

    Raises DomainError UNAUTHENTICATED for who is not the operator, UNAVAILABLE when identity is away from the start.
    """
    present = {
        (each["role"], each["organisation"], each["name"])
        for each in [_member(each) async for each in _staff(stub, "")]
        if not each["ended_at"] and (each["person_id"] or each["invited_until"])
    }
    told: list[dict[str, Any]] = []
    for each in wanted:
        value: dict[str, Any] = {"name": each.name, "mobile": each.masked, "role": each.role}
        value |= {"organisation": each.organisation, "row": each.row}
        if not again and (each.role, each.organisation, each.name) in present:
            told.append(value | {"became": "present"})
            continue
        try:
            answer = await stub.InviteStaff(_request(each))
        except DomainError as error:
            if error.kind is Kind.UNAUTHENTICATED:
                raise
            told.append(value | {"became": "refused", "reason": error.reason, "message": error.message})
            continue
        became = "unsigned" if answer.proposal_id else "invited"
        told.append(value | {"became": became} | ({"code": str(answer.secret)} if codes and answer.secret else {}))
    return told


def _request(each: Wanted) -> staff_service_pb2.InviteStaffRequest:
    from residency.identity.v1 import staff_service_pb2 as pb  # noqa: PLC0415
    from services.cli import staff_file  # noqa: PLC0415
    from services.kit.ids import new_id  # noqa: PLC0415

    request = pb.InviteStaffRequest(
        name=each.name,
        mobile=each.mobile,
        role=f"ROLE_{each.role.upper()}",
        organisation_code=each.organisation,
        idempotency_key=new_id(),
    )
    if each.until is not None:
        request.expires_at.FromDatetime(staff_file.end_of(each.until))
    return request


def _stub(to: Callable[[str], Channel]) -> Any:
    from residency.identity.v1.staff_service_pb2_grpc import StaffServiceStub  # noqa: PLC0415  (brings gRPC)

    return to("identity").stub(StaffServiceStub)


async def _staff(stub: Any, organisation: str) -> AsyncIterator[staff_service_pb2.StaffMember]:
    """Every member of the staff of an organisation and below, page by page."""
    from residency.identity.v1 import staff_service_pb2 as pb  # noqa: PLC0415

    after = ""
    while True:
        answer = await stub.ListStaff(pb.ListStaffRequest(organisation_code=organisation, after=after))
        for member in answer.staff:
            yield member
        if not answer.next:
            return
        after = answer.next


def _member(member: staff_service_pb2.StaffMember) -> dict[str, Any]:
    from residency.identity.v1 import account_pb2  # noqa: PLC0415

    def moment(field: str) -> str | None:
        if not member.HasField(field):
            return None
        return str(getattr(member, field).ToDatetime(tzinfo=UTC).isoformat())

    return {
        "name": member.name,
        "person_id": member.person_id,
        "role": account_pb2.Role.Name(member.hat.role).removeprefix("ROLE_").lower(),
        "organisation": member.hat.organisation_code,
        "second_factor": member.second_factor,
        "ended_at": moment("ended_at"),
        "invited_until": moment("invited_until"),
    }


def _standing(each: dict[str, Any]) -> str:
    if each["ended_at"]:
        return f"ended {each['ended_at'][:10]}"
    if not each["person_id"]:
        return f"invited, until {each['invited_until'][:16]}Z"
    return "second factor" if each["second_factor"] else "NO SECOND FACTOR yet"


def _line(each: dict[str, Any]) -> str:
    head = f"row {each['row']}: {each['name']}, {each['role']} of {each['organisation']}"
    if each["became"] == "present":
        return f"{head}: there already, or invited (a namesake, or a fresh code: --again)"
    if each["became"] == "unsigned":
        return f"{head}: waits for the signature of a security administrator"
    if each["became"] == "refused":
        unsent = "; it stands, and --again sends another" if each["reason"] == "TEXTS_UNAVAILABLE" else ""
        return f"{head}: refused, {each['reason']}: {each['message']}{unsent}"
    code = f"; code {each['code']}" if "code" in each else ""
    return f"{head}: invited, a text went to {each['mobile']}{code}"
