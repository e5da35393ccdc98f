"""`residency forms` and the wire of FormService, ExportService and StoryService, over real handlers."""

from __future__ import annotations

import asyncio
import csv
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from typer.testing import CliRunner, Result

from residency.enrollment.v1 import export_service_pb2, form_service_pb2, story_service_pb2
from services.cli import asking
from services.cli.forms import MANIFEST, STATE, print_all
from services.cli.main import build
from services.enrollment.domain.choice import Choice
from services.enrollment.domain.phases import P1
from services.enrollment.paperwork import paperwork
from services.kit.auth import serving
from services.kit.domain import Caller, DomainError
from tests.handlers.enrollment.story import ADMINISTRATOR, MEDICINE, OPERATOR, QILU, SECOND, Stage, key

PROVINCE = Caller("officer", "province_administrator", "37")


class NoPortraits:
    """Nobody here sent a picture."""

    async def portrait(self, application_id: str, number: int) -> bytes | None:
        return None


@dataclass
class Calls:
    """Calls a servicer's methods as one caller; breaks off before the page of this number."""

    servicer: Any
    caller: Caller = OPERATOR
    breaks_at: int = -1
    asked: list[str] = field(default_factory=list)

    def __getattr__(self, method: str) -> Any:
        async def call(request: Any) -> Any:
            self.asked.append(method)
            if method == "GetPrintedForms":
                request.page_size = 2
                if self.asked.count(method) - 1 == self.breaks_at:
                    raise ConnectionError
            with serving(self.caller):
                return await getattr(self.servicer, method)(request, None)

        return call


@pytest.fixture
async def servicers(stage: Stage) -> dict[str, Any]:
    await stage.stand(P1)
    served = paperwork(stage.database, stage.sealing, stage.cycle_store, NoPortraits(), "https://x.example")
    return {each.descriptor.name: each.servicer for each in served}


def _manifest(folder: Path) -> list[list[str]]:
    with (folder / MANIFEST).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


async def test_form_04_the_command_prints_all_and_goes_on_where_it_stopped(
    stage: Stage, servicers: dict[str, Any], tmp_path: Path
) -> None:
    views = [(await stage.registered())[1] for _ in range(4)]
    views.append((await stage.registered(Choice(SECOND, MEDICINE, False)))[1])
    broken = Calls(servicers["FormService"], breaks_at=1)
    with pytest.raises(ConnectionError):
        await print_all(broken, tmp_path, stage.cycle_id, "", "zh")
    assert len(_manifest(tmp_path)) == 3
    whole = Calls(servicers["FormService"])
    place = await print_all(whole, tmp_path, stage.cycle_id, "", "zh")
    assert (place.done, place.forms) == (5, 5)
    assert "PrintForms" not in whole.asked
    heads, *lines = _manifest(tmp_path)
    assert heads == ["code", "file", "sha256"]
    assert {line[1] for line in lines} == {f"2023-{view.application_id}-1.pdf" for view in views}
    assert len(lines) == 5
    for code, name, digest in lines:
        content = (tmp_path / name).read_bytes()
        assert content.startswith(b"%PDF")
        assert sha256(content).hexdigest() == digest
        found = await Calls(servicers["FormService"]).CheckForm(form_service_pb2.CheckFormRequest(code=code))
        assert found.status == form_service_pb2.FORM_STATUS_CURRENT
    prints = [row for row in await stage.queries.audit(stage.cycle_id) if row.command == "print_forms"]
    assert len(prints) == 1


async def test_form_04_a_print_of_something_else_or_too_old_begins_anew(
    stage: Stage, servicers: dict[str, Any], tmp_path: Path
) -> None:
    await stage.registered()
    await stage.registered(Choice(SECOND, MEDICINE, False))
    calls = Calls(servicers["FormService"])
    assert (await print_all(calls, tmp_path, stage.cycle_id, "", "zh")).done == 2
    assert (await print_all(calls, tmp_path, stage.cycle_id, QILU, "zh")).done == 1
    state = json.loads((tmp_path / STATE).read_text())
    (tmp_path / STATE).write_text(json.dumps({**state, "print_id": stage.cycle_id}))
    assert (await print_all(calls, tmp_path, stage.cycle_id, QILU, "zh")).done == 1
    (tmp_path / STATE).write_text("not JSON")
    assert (await print_all(calls, tmp_path, stage.cycle_id, QILU, "zh")).done == 1
    assert calls.asked.count("PrintForms") == 4


async def test_form_04_the_command_says_what_it_printed_and_what_is_left(
    stage: Stage, servicers: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        await stage.registered()
    loop = asyncio.get_running_loop()
    calls = Calls(servicers["FormService"])

    def as_operator(data: Path, work: Callable[[Callable[[str], Any]], Any]) -> Any:
        def channel(service: str) -> Any:
            return SimpleNamespace(stub=lambda stub_class: calls)

        return asyncio.run_coroutine_threadsafe(work(channel), loop).result()

    def interrupted(data: Path, work: Any) -> Any:
        calls.breaks_at = 1
        with pytest.raises(ConnectionError):
            as_operator(data, work)
        calls.breaks_at = -1
        raise KeyboardInterrupt

    def ask(*more: str) -> Result:
        return CliRunner().invoke(build(["forms"]), ["forms", stage.cycle_id, "--to", str(tmp_path / "out"), *more])

    monkeypatch.setattr(asking, "as_operator", interrupted)
    stopped = await asyncio.to_thread(ask)
    assert (stopped.exit_code, "1 forms are left" in stopped.stderr) == (130, True)
    monkeypatch.setattr(asking, "as_operator", as_operator)
    done = await asyncio.to_thread(ask, "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["forms"] == 3
    assert "3 of 3 forms" in done.stderr
    assert sorted(path.name for path in (tmp_path / "out").iterdir() if path.suffix != ".pdf") == [MANIFEST]
    again = await asyncio.to_thread(ask)
    assert "3 forms in" in again.stdout
    assert (await asyncio.to_thread(ask, "--language", "fr")).exit_code == 2


async def test_form_01_exp_04_exp_09_the_wire_says_what_the_handlers_say(
    stage: Stage, servicers: dict[str, Any]
) -> None:
    person, view = await stage.registered()
    own = Calls(servicers["FormService"], person)
    form = (await own.GetForm(form_service_pb2.GetFormRequest(cycle_id=stage.cycle_id, language="en"))).form
    assert (form.application_id, form.number, form.current) == (view.application_id, 1, True)
    assert form.sha256 == sha256(form.pdf).hexdigest()
    unknown = await own.CheckForm(form_service_pb2.CheckFormRequest(code="A" * 48))
    assert (unknown.status, unknown.year) == (form_service_pb2.FORM_STATUS_UNKNOWN, 0)
    await stage.submit(person)
    old = await own.CheckForm(form_service_pb2.CheckFormRequest(code=form.code))
    assert (old.status, old.year, old.province_code) == (form_service_pb2.FORM_STATUS_SUPERSEDED, 2023, "37")
    assert old.HasField("superseded_at")
    with pytest.raises(DomainError, match="BAD_PAGE_TOKEN"):
        await own.GetPrintedForms(form_service_pb2.GetPrintedFormsRequest(print_id=view.application_id, page_token="é"))

    exports = Calls(servicers["ExportService"], ADMINISTRATOR)
    order = export_service_pb2.ExportOrder(
        cycle_id=stage.cycle_id,
        table="applications",
        format=export_service_pb2.EXPORT_FORMAT_XLSX,
        reason="核对全部报名信息",
    )
    unmasked = export_service_pb2.CreateUnmaskedExportRequest(order=order, idempotency_key=key())
    with pytest.raises(DomainError, match="REASON_REQUIRED"):
        await exports.CreateUnmaskedExport(unmasked)
    made = await exports.CreateExport(export_service_pb2.CreateExportRequest(order=order, idempotency_key=key()))
    assert (made.export.rows, made.export.parts, made.export.unmasked) == (1, 1, False)
    assert made.export.file_name == f"applications-{made.export.export_id}.xlsx"
    got = await exports.GetExport(export_service_pb2.GetExportRequest(export_id=made.export.export_id))
    assert (sha256(got.content).hexdigest(), got.export) == (made.export.sha256, made.export)
    first = await exports.ListExports(export_service_pb2.ListExportsRequest(cycle_id=stage.cycle_id, page_size=1))
    assert list(first.exports) == [made.export]
    after = export_service_pb2.ListExportsRequest(
        cycle_id=stage.cycle_id, page_size=1, page_token=first.next_page_token
    )
    assert list((await exports.ListExports(after)).exports) == []
    known = await exports.GetDictionary(export_service_pb2.GetDictionaryRequest(table="national"))
    assert {column.key for column in known.tables[0].columns} >= {"name", "graduate", "collaborative_unit"}

    stories = Calls(servicers["StoryService"], PROVINCE)
    story = await stories.GetStory(story_service_pb2.GetStoryRequest(application_id=view.application_id))
    assert story.standing.submission_number == 2
    assert (story.standing.in_hand_of, story.standing.choice.base_code) == (QILU, QILU)
    assert [row.person_id for row in story.rows][:1] == [person.person_id]
    before = Timestamp(seconds=story.rows[0].at.seconds - 60)
    request = story_service_pb2.GetStoryRequest(application_id=view.application_id, as_of=before)
    assert not (await stories.GetStory(request)).rows
