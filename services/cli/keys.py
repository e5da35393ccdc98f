"""`residency keys new|rotate|rewrap`: key documents for a secret store (OPS-83), fresh keys, everything sealed anew."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli import asking, output
from services.kit.domain import DomainError, Kind
from services.stack.databases import SERVICES

if TYPE_CHECKING:
    from services.kit.grpc_client import Channel

WHAT = ("signing", "sealing")
_BATCH = 500


def register(app: typer.Typer) -> None:
    """Add `keys`."""
    group = typer.Typer(help="Keys: make fresh ones, seal everything anew.", no_args_is_help=True)
    group.command("new")(new)
    group.command("rotate")(rotate)
    group.command("rewrap")(rewrap)
    app.add_typer(group, name="keys")


def new(
    service: Annotated[str, typer.Option(help=f"Whose keys: {', '.join(SERVICES)}.")],
    file: Annotated[
        Path | None, typer.Option(help="Write it there, readable by its owner only; stdout without it.")
    ] = None,
) -> None:
    """Make the first key document of a service, for a secret store; a file that is there already is never replaced.

    Who loses it loses every sealed value of that service: keep a copy where the backups of its database are not.

    Example: residency keys new --service enrollment --file enrollment-keys.json
    """
    if service not in SERVICES:
        output.fail(f"{service!r} has no keys; there are {', '.join(SERVICES)}", output.USAGE)
    from services.identity import keys  # noqa: PLC0415  (brings cryptography)
    from services.kit import vault  # noqa: PLC0415

    text = json.dumps(keys.generate() if service == keys.SERVICE else vault.generate())
    if file is None:
        output.say(text)
        return
    if file.exists():
        output.fail(f"{file} is there already: what its keys sealed can be read with no others", output.CONFLICT)
    try:
        vault.write_once(file, text)
    except OSError as error:
        output.fail(f"cannot write {file}: {error.strerror}")
    output.say(f"{file} holds fresh keys of {service}")


def rotate(
    what: Annotated[str, typer.Argument(help="`signing` (tokens, identity only) or `sealing` (personal data).")],
    service: Annotated[str, typer.Option(help=f"Whose keys: {', '.join(SERVICES)}.")] = "identity",
    file: Annotated[Path | None, typer.Option(help="The key document, when it is not in the data directory.")] = None,
    leaked: Annotated[
        bool, typer.Option("--leaked", help="Signing: refuse at once every token that was signed before.")
    ] = False,
    data: output.DataOption = output.DEFAULT_DATA,
    as_json: output.JsonOption = False,
) -> None:
    """Add a fresh key to a service's key document; running processes take it within a few seconds.

    A signing key signs from a minute later on, when every process knows it, and what the former one signed counts for a
    day more; keys whose time is over go. A sealing key seals at once; older ones stay to read with: run
    `residency keys rewrap` some seconds later.

    Example: residency keys rotate signing
    """
    if what not in WHAT or service not in SERVICES or (what == "signing" and service != "identity"):
        output.fail(f"no {what} keys of {service!r}: write {' or '.join(WHAT)}, signing for identity", output.USAGE)
    from services.kit import vault  # noqa: PLC0415  (brings cryptography)

    path = file or vault.file_in(data.absolute(), service)
    changed = _rotated(what, _read(path), leaked=leaked)
    vault.write_draft(path, json.dumps(changed)).replace(path)
    name = changed["signing"][-1]["kid"] if what == "signing" else changed["sealing"]["current"]
    if as_json:
        output.write_json({"service": service, "what": what, "key": name, "file": str(path)})
        return
    output.say(f"{service} has the fresh {what} key {name} in {path}")


def rewrap(
    service: Annotated[list[str] | None, typer.Option(help="Only this one; may be given several times.")] = None,
    data: output.DataOption = output.DEFAULT_DATA,
    as_json: output.JsonOption = False,
) -> None:
    """Seal every value that an older key sealed with the current one, until none is left; safe to interrupt.

    Example: residency keys rewrap --service identity
    """
    wanted = list(dict.fromkeys(service or SERVICES))
    unknown = [name for name in wanted if name not in SERVICES]
    if unknown:
        output.fail(f"{unknown[0]!r} seals nothing; there are {', '.join(SERVICES)}", output.USAGE)

    async def ask(to: Callable[[str], Channel]) -> dict[str, int]:
        return {name: await _rewrap(name, to(name)) for name in wanted}

    sealed = asking.as_operator(data, ask)
    if as_json:
        output.write_json(sealed)
        return
    for name, count in sealed.items():
        output.say(f"{name}: {count} values sealed anew, none left under an older key")


def _read(path: Path) -> dict[str, Any]:
    try:
        document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        output.fail(f"cannot read {path}: {error.strerror}; name the key document with --file", output.NOT_FOUND)
    except ValueError:
        output.fail(f"{path} is no key document", output.USAGE)
    return document


def _rotated(what: str, document: dict[str, Any], *, leaked: bool) -> dict[str, Any]:
    from services.identity import rotation  # noqa: PLC0415  (brings cryptography)
    from services.kit.vault import KeysMissing  # noqa: PLC0415

    now = datetime.now(UTC)
    try:
        if what == "sealing":
            return rotation.rotate_sealing(document)
        changed = rotation.rotate_signing(document, now, timedelta(0)) if leaked else None
        return rotation.retire(changed or rotation.rotate_signing(document, now), now)
    except KeysMissing as error:
        output.fail(str(error), output.USAGE)


async def _rewrap(service: str, channel: Channel) -> int:
    """How many values of `service` were sealed anew. Raises DomainError CONFLICT when some cannot be."""
    from residency.enrollment.v1 import support_service_pb2, support_service_pb2_grpc  # noqa: PLC0415  (brings gRPC)
    from residency.faculty.v1 import faculty_service_pb2, faculty_service_pb2_grpc  # noqa: PLC0415
    from residency.identity.v1 import person_service_pb2, person_service_pb2_grpc  # noqa: PLC0415
    from residency.notify.v1 import notify_service_pb2, notify_service_pb2_grpc  # noqa: PLC0415

    calls: dict[str, tuple[Any, Any]] = {
        "identity": (person_service_pb2_grpc.PersonServiceStub, person_service_pb2.RewrapSealedRequest),
        "enrollment": (support_service_pb2_grpc.SupportServiceStub, support_service_pb2.RewrapSealedRequest),
        "faculty": (faculty_service_pb2_grpc.FacultyServiceStub, faculty_service_pb2.RewrapSealedRequest),
        "notify": (notify_service_pb2_grpc.NotifyServiceStub, notify_service_pb2.RewrapSealedRequest),
    }
    stub_class, request = calls[service]
    stub: Any = channel.stub(stub_class)
    done = 0
    while True:
        answer = await stub.RewrapSealed(request(limit=_BATCH))
        done += int(answer.rewrapped)
        if answer.left == 0:
            return done
        if answer.rewrapped == 0:
            message = f"{service} has {answer.left} values that cannot be sealed anew: is their key in its document?"
            raise DomainError(Kind.CONFLICT, "REWRAP_STUCK", message)
