"""`residency audit verify`."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli import output
from services.cli.stores import database_url
from services.kit.domain import DomainError, Kind

if TYPE_CHECKING:
    from services.verifier.audits import Report

SHOWN = 200
"""Most findings said line by line."""


def register(app: typer.Typer) -> None:
    """Add `audit`."""
    group = typer.Typer(help="The audit: every act, chained and sealed.", no_args_is_help=True)
    group.callback()(_root)
    group.command("verify")(verify)
    app.add_typer(group, name="audit")


def verify(
    service: Annotated[str, typer.Option(help="Only this service's audit: identity, enrollment or faculty.")] = "",
    identity_url: Annotated[
        str,
        typer.Option(envvar="RESIDENCY_IDENTITY_DATABASE_URL", help="Identity's database.", show_default="the stack's"),
    ] = "",
    enrollment_url: Annotated[
        str,
        typer.Option(envvar="RESIDENCY_ENROLLMENT_DATABASE_URL", help="Enrollment's.", show_default="the stack's"),
    ] = "",
    faculty_url: Annotated[
        str,
        typer.Option(envvar="RESIDENCY_FACULTY_DATABASE_URL", help="Faculty's.", show_default="the stack's"),
    ] = "",
    seals: Annotated[
        Path | None,
        typer.Option(envvar="RESIDENCY_SEALS_DIR", help="Folder of the seals' copy.", show_default="DATA/seals"),
    ] = None,
    data: output.DataOption = output.DEFAULT_DATA,
    as_json: output.JsonOption = False,
) -> None:
    """Recompute every chain, seal and signature and name what is not as it was written; exit code 1 then.

    In a pod of a service, with --service, its own database, seals and keys are meant.

    Example: residency audit verify --service identity --json
    """
    from services.verifier.audits import SERVICES  # noqa: PLC0415  (brings the client of PostgreSQL)

    if service and service not in SERVICES:
        output.fail(f"no audit of {service!r}: {' or '.join(SERVICES)}", output.USAGE)
    given = {"identity": identity_url, "enrollment": enrollment_url, "faculty": faculty_url}
    wanted = [service] if service else list(SERVICES)
    own = bool(service)
    reports = [_verify(name, given[name] or database_url(name, data, own=own), seals, data, own=own) for name in wanted]
    if as_json:
        output.write_json([_value(report) for report in reports])
    else:
        for report in reports:
            _tell(report)
    if any(report.findings for report in reports):
        raise SystemExit(output.FAILED)


def _verify(service: str, url: str, seals: Path | None, data: Path, *, own: bool) -> Report:
    import asyncpg  # noqa: PLC0415

    from services.kit.seal_copy import CopyBroken, SealCopy  # noqa: PLC0415
    from services.verifier import audits  # noqa: PLC0415

    copy = SealCopy(seals or data / "seals", service)
    try:
        return asyncio.run(audits.verify(service, url, copy, audits.trusted(service, copy, data, own=own)))
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        message = f"{service}'s database cannot be read: {type(error).__name__}: {error}"
        raise DomainError(Kind.UNAVAILABLE, "DATABASE_AWAY", message) from error
    except CopyBroken as error:
        raise DomainError(Kind.INTERNAL, "COPY_BROKEN", str(error)) from error


def stack_url(service: str, data: Path) -> str:
    """URL of a service's database on the stack that is up on `data`; raises DomainError UNAVAILABLE when none is."""
    from services.stack import databases, servers  # noqa: PLC0415

    return databases.service_url(servers.reach("postgres", data), servers.running(data), service)


def _tell(report: Report) -> None:
    from services.verifier.audits import first  # noqa: PLC0415

    newest = f"{report.newest_seal:%Y-%m-%d %H:%M:%S}Z" if report.newest_seal else "never"
    output.say(
        f"{report.service}: {report.rows} rows in {report.aggregates} chains, {report.seals} seals, "
        f"{report.unsealed} rows since the last one ({newest})"
    )
    for finding in first(report.findings, SHOWN):
        output.say(f"  {finding.what:<8} {finding.aggregate_id or 'seal'} {finding.n}  {finding.detail}")
    rest = len(report.findings) - SHOWN
    if rest > 0:
        output.say(f"  and {rest} more")
    output.say("  whole" if not report.findings else "  NOT as it was written")


def _value(report: Report) -> dict[str, object]:
    return {
        "service": report.service,
        "rows": report.rows,
        "chains": report.aggregates,
        "seals": report.seals,
        "unsealed": report.unsealed,
        "newest_seal": report.newest_seal.isoformat() if report.newest_seal else None,
        "whole": not report.findings,
        "findings": [
            {"what": each.what, "aggregate": each.aggregate_id, "n": each.n, "detail": each.detail}
            for each in report.findings
        ],
    }


def _root() -> None:
    """Nothing of its own."""
