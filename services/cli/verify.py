"""`residency verify`: whether everything that must always hold does, now."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit, urlunsplit

import typer

from services.cli import output, stores

if TYPE_CHECKING:
    from services.kit.settings import Settings
    from services.verifier.check import Verdict
    from services.verifier.finding import Finding
    from services.verifier.stores import Stores


def register(app: typer.Typer) -> None:
    """Add `verify`."""
    app.command("verify")(verify)


def verify(
    cycle: Annotated[str, typer.Option(help="How the id of a cycle begins.", show_default="every cycle")] = "",
    data: output.DataOption = output.DEFAULT_DATA,
    postgres_url: Annotated[
        str, typer.Option(help="Read the databases there instead, `postgresql://user:password@host:port`.")
    ] = "",
    as_json: output.JsonOption = False,
    watch: Annotated[
        float | None, typer.Option(min=1, help="Look again so many seconds after each look, until something is broken.")
    ] = None,
) -> None:
    """Check I1 to I11 on databases, workflow histories and messages, while a season runs or after it; changes nothing.

    On a live season what can only hold at the end is told as "not yet". Exit code 1 when something is broken, 69 when
    something could not be read. Elsewhere than beside an embedded stack it reads with the environment of a process:
    RESIDENCY_<SERVICE>_DATABASE_URL, RESIDENCY_NATS_URL, RESIDENCY_TEMPORAL_ADDRESS, RESIDENCY_SEALS_DIR.

    Example: residency verify --json
    """
    from services.kit.domain import DomainError, Kind  # noqa: PLC0415
    from services.verifier import check  # noqa: PLC0415  (brings the clients of three servers)
    from services.verifier.finding import State  # noqa: PLC0415

    where = _stores(data.absolute(), postgres_url)
    while True:
        verdict = asyncio.run(check.verify(where, cycle))
        if cycle and not verdict.cycles and verdict.state is not State.UNREADABLE:
            raise DomainError(Kind.NOT_FOUND, "CYCLE_NOT_FOUND", f"no cycle {cycle}")
        if as_json:
            output.write_json(verdict.as_json())
        else:
            _tell(verdict)
        if verdict.state is State.BROKEN:
            raise SystemExit(output.FAILED)
        if watch is None:
            break
        time.sleep(watch)
    if verdict.state is State.UNREADABLE:
        raise SystemExit(output.UNAVAILABLE)


def _stores(data: Path, postgres_url: str) -> Stores:
    """Everything by the environment, else that of the stack on `data`; raises DomainError UNAVAILABLE."""
    from services.kit.nats_login import NatsLogin  # noqa: PLC0415
    from services.kit.seal_copy import SealCopy  # noqa: PLC0415
    from services.kit.settings import Settings  # noqa: PLC0415
    from services.stack import databases, servers, state  # noqa: PLC0415
    from services.verifier.audits import trusted  # noqa: PLC0415
    from services.verifier.stores import Stores  # noqa: PLC0415

    given: Settings = Settings()
    settings = given.model_copy(update={"temporal_address": servers.reach("temporal", data)})
    seals = given.seals_dir or data / "seals"
    return Stores(
        databases={
            service: _elsewhere(postgres_url, service) if postgres_url else stores.database_url(service, data)
            for service in databases.SERVICES
        },
        nats=NatsLogin(servers.reach("nats", data), given.nats_credentials.get_secret_value, given.nats_tls_dir),
        settings=settings,
        files=data if state.is_up(data) else None,
        seals=seals,
        trusted=lambda service: trusted(service, SealCopy(seals, service), data),
    )


def _elsewhere(url: str, service: str) -> str:
    from services.stack import databases  # noqa: PLC0415

    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, f"/{databases.database(service)}", parts.query, ""))


def _tell(verdict: Verdict) -> None:
    for each in verdict.cycles:
        output.say(f"{each.cycle_id}  {each.phase}  {each.title}")
    for finding in verdict.findings:
        output.say(f"{finding.name:<9}  {finding.state.value:<14}  {finding.checked:>9}  {finding.title}")
        for line in _lines(finding):
            output.say(f"           {line}")
    taken = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in verdict.seconds.items())
    output.say(f"{verdict.state.value}; read {taken}")


def _lines(finding: Finding) -> list[str]:
    lines = [f"broken: {each}" for each in finding.examples]
    if finding.broken > len(finding.examples):
        lines.append(f"and {finding.broken - len(finding.examples)} more")
    lines += [f"not yet: {each}" for each in finding.waits_for]
    if finding.waiting > len(finding.waits_for):
        lines.append(f"and {finding.waiting - len(finding.waits_for)} more")
    if finding.unreadable:
        lines.append(finding.unreadable)
    return lines + [f"{what}: {count}" for what, count in sorted(finding.counts.items())]
