"""OPS-82: `residency organisations import|list`: province, bases and departments, before anybody can be invited."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli import asking, output

if TYPE_CHECKING:
    from services.kit.grpc_client import Channel


def register(app: typer.Typer) -> None:
    """Add `organisations`."""
    group = typer.Typer(help="Organisations: a province, its bases, their departments.", no_args_is_help=True)
    group.command("import")(import_)
    group.command("list")(listed)
    app.add_typer(group, name="organisations")


def import_(
    file: Annotated[Path, typer.Argument(help="Province file, of which calendar and plan are not used; `-` reads it.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only read and check the file.")] = False,
    data: output.DataOption = output.DEFAULT_DATA,
    as_json: output.JsonOption = False,
) -> None:
    """Create or rename the organisations that a province file names; the same file twice changes nothing.

    Nothing is ever deleted: a base that no longer trains is left out of the next cycle.

    Example: residency organisations import deploy/provinces/shandong-2023.yaml --dry-run
    """
    from services.rehearsal.province import ProvinceFileError, load_province  # noqa: PLC0415  (brings YAML)

    try:
        province = load_province(file)
    except ProvinceFileError as error:
        output.fail(str(error), output.USAGE)
    departments = sum(len(base.departments) for base in province.bases)

    async def ask(to: Callable[[str], Channel]) -> int:
        from residency.identity.v1 import staff_service_pb2 as pb  # noqa: PLC0415  (brings gRPC)
        from residency.identity.v1.staff_service_pb2_grpc import StaffServiceStub  # noqa: PLC0415
        from services.stack.load import organisations  # noqa: PLC0415

        request = pb.ImportOrganisationsRequest(organisations=organisations(province, province.bases))
        answer: Any = await to("identity").stub(StaffServiceStub).ImportOrganisations(request)
        return int(answer.changed)

    changed = 0 if dry_run else asking.as_operator(data, ask)
    if as_json:
        numbers = {"bases": len(province.bases), "departments": departments}
        output.write_json({"province": province.code, **numbers, "changed": changed, "dry_run": dry_run})
        return
    done = "is right; nothing was written (--dry-run)" if dry_run else f"{changed} new or renamed"
    output.say(f"{province.name} ({province.code}), {len(province.bases)} bases, {departments} departments: {done}")


def listed(data: output.DataOption = output.DEFAULT_DATA, as_json: output.JsonOption = False) -> None:
    """List the organisations: a province, its bases by code, each followed by its departments.

    Example: residency organisations list
    """

    async def ask(to: Callable[[str], Channel]) -> list[dict[str, str]]:
        from residency.identity.v1 import account_pb2  # noqa: PLC0415  (brings gRPC)
        from residency.identity.v1 import staff_service_pb2 as pb  # noqa: PLC0415
        from residency.identity.v1.staff_service_pb2_grpc import StaffServiceStub  # noqa: PLC0415

        answer: Any = await to("identity").stub(StaffServiceStub).ListOrganisations(pb.ListOrganisationsRequest())
        return [
            {
                "code": each.code,
                "name": each.name,
                "kind": account_pb2.OrganisationKind.Name(each.kind).removeprefix("ORGANISATION_KIND_").lower(),
                "parent": each.parent_code,
            }
            for each in answer.organisations
        ]

    found = asking.as_operator(data, ask)
    if as_json:
        output.write_json(found)
        return
    indents = {"province": "", "base": "  ", "department": "    "}
    for each in found:
        output.say(f"{indents[each['kind']]}{each['code']}  {each['name']}")
    if not found:
        output.say("none yet: residency organisations import FILE")
