"""`residency forms`: every current submission's form into a folder."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli import asking, output
from services.kit.domain import DomainError, Kind

if TYPE_CHECKING:
    from services.kit.grpc_client import Channel

MANIFEST, STATE = "manifest.csv", ".print.json"
_LINES = 200
"""Without a terminal, one line of progress for so many forms."""


@dataclass(slots=True)
class Place:
    """Where a print stands; kept beside the forms, so that an interrupted one goes on."""

    cycle: str
    base: str
    language: str
    print_id: str
    forms: int
    done: int = 0
    token: str = ""


def register(app: typer.Typer) -> None:
    """Add `forms`."""
    app.command("forms")(forms)


def forms(
    cycle: Annotated[str, typer.Argument(help="Id of the cycle.")],
    to: Annotated[Path, typer.Option("--to", help="Folder for the forms and their manifest.csv.", file_okay=False)],
    base: Annotated[str, typer.Option(help="Only this base's.", show_default="all bases")] = "",
    language: Annotated[str, typer.Option(help="`zh` or `en`.")] = "zh",
    data: output.DataOption = output.DEFAULT_DATA,
    as_json: output.JsonOption = False,
) -> None:
    """Print the form of every current submission as PDF; manifest.csv says code, file and SHA-256 of each.

    Interrupted, it goes on where it stopped when called again within a day. Each print is written into the audit.

    Example: residency forms 0199aaaa-0000-7000-8000-000000000001 --to forms --base SD-QILU
    """
    if language not in ("zh", "en"):
        output.fail(f"no language {language!r}: write zh or en", output.USAGE)
    to.mkdir(parents=True, exist_ok=True, mode=0o700)

    async def ask(channel: Callable[[str], Channel]) -> Place:
        from residency.enrollment.v1.form_service_pb2_grpc import FormServiceStub  # noqa: PLC0415  (brings gRPC)

        stub = channel("enrollment").stub(FormServiceStub)
        return await print_all(stub, to, cycle, base, language)

    try:
        place = asking.as_operator(data, ask)
    except KeyboardInterrupt:
        former = _former(to, cycle, base, language)
        left = former.forms - former.done if former is not None else 0
        output.fail(f"interrupted; {left} forms are left: call it again to go on", output.INTERRUPTED)
    (to / STATE).unlink()
    if as_json:
        output.write_json({"forms": place.done, "print_id": place.print_id, "manifest": str(to / MANIFEST)})
        return
    output.say(f"{place.done} forms in {to}, listed in {to / MANIFEST}")


async def print_all(stub: Any, to: Path, cycle: str, base: str, language: str) -> Place:
    """Print everything into `to`; goes on with an interrupted print while that lasts, and opens a fresh one else."""
    former = _former(to, cycle, base, language)
    if former is not None:
        try:
            await _print(stub, to, former)
        except DomainError as error:
            if error.kind is not Kind.NOT_FOUND:
                raise
        else:
            return former
    place = await _opened(stub, to, cycle, base, language)
    await _print(stub, to, place)
    return place


async def _opened(stub: Any, to: Path, cycle: str, base: str, language: str) -> Place:
    """A fresh print with an empty manifest."""
    from residency.enrollment.v1 import form_service_pb2 as pb  # noqa: PLC0415
    from services.kit.ids import new_id  # noqa: PLC0415

    request = pb.PrintFormsRequest(cycle_id=cycle, base_code=base, language=language, idempotency_key=new_id())
    answer = await stub.PrintForms(request)
    with (to / MANIFEST).open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerow(["code", "file", "sha256"])
    place = Place(cycle, base, language, answer.print_id, answer.forms)
    _keep(to, place)
    return place


async def _print(stub: Any, to: Path, place: Place) -> None:
    """All that is left, a page at a time; the state follows each page, so that a page at most is printed twice."""
    from residency.enrollment.v1 import form_service_pb2 as pb  # noqa: PLC0415

    with (to / MANIFEST).open(encoding="utf-8-sig", newline="") as file:
        listed = {line[1] for line in csv.reader(file)}
    with _progress(place) as advance:
        while True:
            request = pb.GetPrintedFormsRequest(print_id=place.print_id, page_token=place.token)
            answer = await stub.GetPrintedForms(request)
            _write(to, answer.forms, listed)
            place.done += len(answer.forms)
            place.token = answer.next_page_token
            _keep(to, place)
            advance(len(answer.forms))
            if not place.token:
                return


def _write(to: Path, printed: Any, listed: set[str]) -> None:
    """The files, and the lines about those that have none yet: a page may come twice when its print was interrupted."""
    for form in printed:
        (to / Path(form.file_name).name).write_bytes(form.pdf)
    fresh = [form for form in printed if form.file_name not in listed]
    with (to / MANIFEST).open("a", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([form.code, form.file_name, form.sha256] for form in fresh)
    listed.update(form.file_name for form in fresh)


def _former(to: Path, cycle: str, base: str, language: str) -> Place | None:
    """The print that was interrupted here, when it was the same one."""
    try:
        place = Place(**json.loads((to / STATE).read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None
    return place if (place.cycle, place.base, place.language) == (cycle, base, language) else None


def _keep(to: Path, place: Place) -> None:
    draft = to / f"{STATE}.new"
    draft.write_text(json.dumps(asdict(place)), encoding="utf-8")
    draft.replace(to / STATE)


@contextmanager
def _progress(place: Place) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal, a line now and then elsewhere; both on stderr."""
    if sys.stderr.isatty():
        from rich.console import Console  # noqa: PLC0415
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

        columns = (TextColumn("forms"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(stderr=True)) as bar:
            task = bar.add_task("forms", total=place.forms, completed=place.done)
            yield lambda count: bar.advance(task, count)
        return

    def tell(count: int) -> None:
        if place.done // _LINES != (place.done - count) // _LINES or not place.token:
            print(f"{place.done} of {place.forms} forms", file=sys.stderr, flush=True)

    yield tell
