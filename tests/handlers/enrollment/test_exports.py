"""Exports: who gets which rows, masked how, and what is written down about it."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any
from uuid import uuid4

import pytest
from openpyxl import load_workbook

from services.enrollment.domain.choice import Choice
from services.enrollment.domain.dossier import Section
from services.enrollment.domain.export_tables import PLAN
from services.enrollment.domain.exports import PART_BYTES, Exported, Format, Scope
from services.enrollment.domain.phases import P1, P2
from services.enrollment.handlers.deeds import DeedRunner
from services.enrollment.handlers.exports import CreateExport, ExportHandlers
from services.enrollment.handlers.keeping import export_keeper
from services.enrollment.handlers.scores import ScoreRow
from services.enrollment.paperwork import readers
from services.enrollment.records import CycleRecord, GateRecord
from services.enrollment.store.deeds import DeedStore
from services.enrollment.store.exports import ExportStore
from services.kit.domain import Caller, DomainError
from tests.handlers.enrollment.selecting import Selecting
from tests.handlers.enrollment.story import (
    ADMINISTRATOR,
    DOSSIER,
    MEDICINE,
    OTHERS,
    QILU,
    REVIEWER,
    SECOND,
    Stage,
    key,
)
from tests.support.wait import eventually

PROVINCE = Caller("officer", "province_administrator", "37")
ELSEWHERE = Caller("stranger", "province_administrator", "11")
AUDITOR = Caller("auditor", "auditor", "37")
REASON = "上报国家平台注册信息"
MOBILE = str(DOSSIER[Section.BASIC]["mobile"])


@pytest.fixture
async def exports(stage: Stage) -> ExportHandlers:
    await stage.stand(P1)
    runner = DeedRunner(stage.cycle_store, DeedStore(stage.database, stage.sealing))
    store = ExportStore(stage.database, stage.sealing)
    return ExportHandlers(runner, store, readers(stage.database, stage.sealing))


def order(stage: Stage, table: str = "applications", **changes: Any) -> CreateExport:
    whole = CreateExport(stage.cycle_id, table, Format.CSV, "", "", (), "", "", False, key())
    return replace(whole, **changes)


async def fetched(exports: ExportHandlers, caller: Caller, made: Exported) -> bytes:
    content = b"".join([(await exports.get_export(caller, made.id, part))[1] for part in range(made.parts)])
    assert (len(content), sha256(content).hexdigest()) == (made.size, made.sha256)
    return content


async def rows_of(exports: ExportHandlers, caller: Caller, wanted: CreateExport) -> list[dict[str, str]]:
    """What the CSV says, by heading, without the watermark."""
    made = await exports.create_export(caller, wanted)
    text = (await fetched(exports, caller, made)).decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(text, newline="")))
    assert len(lines) == made.rows + 2
    assert made.id in lines[-1][0]
    assert caller.organisation in lines[-1][0]
    return [dict(zip(lines[0], line, strict=True)) for line in lines[1:-1]]


async def test_exp_03_a_base_takes_its_own_rows_and_the_province_all(stage: Stage, exports: ExportHandlers) -> None:
    """EXP-03."""
    _, here = await stage.registered()
    _, there = await stage.registered(Choice(SECOND, MEDICINE, False))
    await stage.start(Caller(str(uuid4()), "applicant"))
    for caller, base, expected in (
        (REVIEWER, "", {here.application_id}),
        (ADMINISTRATOR, QILU, {here.application_id}),
        (OTHERS, "", {there.application_id}),
        (PROVINCE, "", {here.application_id, there.application_id}),
        (PROVINCE, SECOND, {there.application_id}),
    ):
        found = await rows_of(exports, caller, order(stage, base_code=base))
        assert {row["报名编号"] for row in found} == expected
    for caller, base, reason in ((OTHERS, QILU, "BASE_NOT_FOUND"), (ELSEWHERE, "", "CYCLE_NOT_FOUND")):
        with pytest.raises(DomainError, match=reason):
            await exports.create_export(caller, order(stage, base_code=base))
    with pytest.raises(DomainError, match="CYCLE_NOT_FOUND"):
        await exports.create_export(Caller("x", "base_administrator", "BJ-XIEHE"), order(stage))


async def test_exp_02_people_are_masked_unless_a_reason_is_given(stage: Stage, exports: ExportHandlers) -> None:
    """EXP-02."""
    person, _ = await stage.registered()
    name = f"测试{person.person_id[:4]}"
    [masked] = await rows_of(exports, ADMINISTRATOR, order(stage))
    assert (masked["姓名"], masked["手机号码"], masked["邮箱"]) == ("测*****", "100****5678", "s***@example.org")
    with pytest.raises(DomainError, match="REASON_REQUIRED"):
        await exports.create_export(ADMINISTRATOR, order(stage, unmasked=True))
    [clear] = await rows_of(exports, ADMINISTRATOR, order(stage, unmasked=True, reason=REASON))
    assert (clear["姓名"], clear["手机号码"], clear["证件号码"]) == (name, MOBILE, "3701**********12")
    [english] = await rows_of(exports, ADMINISTRATOR, order(stage, language="en"))
    assert (english["Sex"], english["State"]) == ("Female", "Pending")


async def test_exp_04_who_took_what_is_written_down_once(stage: Stage, exports: ExportHandlers) -> None:
    """EXP-04."""
    await stage.registered()
    wanted = order(stage, reason=REASON, unmasked=True)
    made = await exports.create_export(ADMINISTRATOR, wanted)
    assert await exports.create_export(ADMINISTRATOR, wanted) == made
    by_province = await exports.create_export(PROVINCE, order(stage, "plan", format=Format.XLSX))
    rows = [row for row in await stage.queries.audit(stage.cycle_id) if row.command == "create_export"]
    assert [row.actor for row in rows] == ["administrator", "officer"]
    detail = json.loads(rows[0].detail)
    assert (detail["export"], detail["rows"], detail["sha256"], detail["unmasked"]) == (made.id, 1, made.sha256, True)
    assert await exports.list_exports(ADMINISTRATOR, stage.cycle_id) == [made]
    for caller in (PROVINCE, AUDITOR):
        assert await exports.list_exports(caller, stage.cycle_id) == [by_province, made]
    assert await exports.list_exports(PROVINCE, stage.cycle_id, 1) == [by_province]
    after = (by_province.made_at, by_province.id)
    assert await exports.list_exports(PROVINCE, stage.cycle_id, 1, after) == [made]
    assert await exports.list_exports(OTHERS, stage.cycle_id) == []
    for caller in (ELSEWHERE, Caller("a", "auditor", "11")):
        with pytest.raises(DomainError, match="CYCLE_NOT_FOUND"):
            await exports.list_exports(caller, stage.cycle_id)


class Held:
    """Gives its rows when it may."""

    def __init__(self) -> None:
        self.begun, self.go = asyncio.Event(), asyncio.Event()

    async def rows(self, scope: Scope, cycle: CycleRecord, gate: GateRecord) -> AsyncIterator[Mapping[str, Any]]:
        self.begun.set()
        await self.go.wait()
        yield {"planned": 3}


async def test_exp_05_one_person_makes_one_file_at_a_time(stage: Stage) -> None:
    held, store = Held(), ExportStore(stage.database, stage.sealing)
    runner = DeedRunner(stage.cycle_store, DeedStore(stage.database, stage.sealing))
    exports, replica = (ExportHandlers(runner, store, {PLAN: held}) for _ in range(2))
    first = asyncio.create_task(exports.create_export(REVIEWER, order(stage, "plan")))
    await held.begun.wait()
    for asked in (exports, replica):
        with pytest.raises(DomainError, match="EXPORT_RUNNING"):
            await asked.create_export(REVIEWER, order(stage, "plan"))
    held.go.set()
    assert (await first).rows == 1
    assert (await replica.create_export(REVIEWER, order(stage, "plan"))).rows == 1


async def test_exp_06_a_file_is_for_who_made_it_sealed_and_for_a_day(stage: Stage, exports: ExportHandlers) -> None:
    """EXP-06."""
    await stage.registered()
    made = await exports.create_export(ADMINISTRATOR, order(stage, reason=REASON, unmasked=True))
    assert MOBILE.encode() in await fetched(exports, ADMINISTRATOR, made)
    stored = await stage.database.fetch("SELECT content FROM export_part WHERE export_id = $1", made.id)
    assert [row for row in stored if MOBILE.encode() in row["content"]] == []
    again = Caller(ADMINISTRATOR.person_id, ADMINISTRATOR.role, SECOND)
    for caller in (REVIEWER, PROVINCE, OTHERS, again):
        with pytest.raises(DomainError, match="EXPORT_NOT_FOUND"):
            await exports.get_export(caller, made.id, 0)
    for id_, part in ((made.id, made.parts), (str(uuid4()), 0)):
        with pytest.raises(DomainError, match="EXPORT_NOT_FOUND"):
            await exports.get_export(ADMINISTRATOR, id_, part)
    await stage.database.execute("UPDATE export_part SET expires_at = clock_timestamp() - interval '1 s'")
    keeper = export_keeper(ExportStore(stage.database, stage.sealing))
    await keeper.start()
    kept = "SELECT count(*) FROM export_part WHERE export_id = $1"

    async def gone() -> bool:
        return bool(await stage.database.fetchval(kept, made.id) == 0)

    await eventually(gone, "an expired file is removed")
    await keeper.stop()
    with pytest.raises(DomainError, match="EXPORT_NOT_FOUND"):
        await exports.get_export(ADMINISTRATOR, made.id, 0)
    assert [each.id for each in await exports.list_exports(ADMINISTRATOR, stage.cycle_id)] == [made.id]


async def test_exp_06_a_long_file_comes_in_parts(stage: Stage, exports: ExportHandlers) -> None:
    store = ExportStore(stage.database, stage.sealing)
    made = await exports.create_export(PROVINCE, order(stage, "plan"))
    content = bytes(range(256)) * (PART_BYTES // 200)
    statements = store.write_parts(replace(made, id=made.id), content)
    await stage.database.execute("DELETE FROM export_part WHERE export_id = $1", made.id)
    for statement in statements:
        await stage.database.execute(statement.sql, *statement.values)
    parts = [await store.part(made.id, number) for number in range(len(statements))]
    assert len(parts) == 2
    assert b"".join(part or b"" for part in parts) == content


async def test_exp_07_a_workbook_brings_its_dictionary(stage: Stage, exports: ExportHandlers) -> None:
    await stage.registered()
    await stage.stand(P2)
    plan = await exports.create_export(PROVINCE, order(stage, "plan", format=Format.XLSX))
    book = load_workbook(io.BytesIO(await fetched(exports, PROVINCE, plan)))
    assert book.sheetnames == ["招收计划表", "字段说明"]
    lines = [[cell.value for cell in row] for row in book["招收计划表"].iter_rows(max_row=4)]
    assert lines[0][:5] == ["培训基地代码", "培训基地", "培训专业代码", "培训专业", "计划数"]
    assert lines[1] == [QILU, "山东大学齐鲁医院", MEDICINE, "内科", 3, 1, 0, 0]
    assert [row[0].value for row in book["字段说明"].iter_rows(min_row=2)][:2] == ["base_code", "base"]


async def test_exp_07_scores_are_exported_beside_whom_they_were_given_to(stage: Stage, exports: ExportHandlers) -> None:
    _, scored = await stage.registered()
    await stage.registered()
    await stage.stand(P2)
    await stage.review(scored, approve=True)
    marks = ScoreRow(scored.application_id, scored.submission_number, dict.fromkeys(("written", "skills"), "80"))
    marks = replace(marks, parts={**marks.parts, "interview": "90"})
    [entered] = await Selecting(stage).enter([marks])
    assert entered.refusal is None
    [row] = await rows_of(exports, ADMINISTRATOR, order(stage, "scores"))
    assert (row["报名编号"], row["姓名"][1:]) == (scored.application_id, "*****")
    assert [float(row[name]) for name in ("笔试", "技能", "面试", "总成绩")] == [80, 80, 90, 82]
    assert await rows_of(exports, OTHERS, order(stage, "scores")) == []


async def test_exp_07_lists_hold_the_states_they_are_named_for(stage: Stage, exports: ExportHandlers) -> None:
    _, placed = await stage.registered()
    await stage.registered()
    await stage.stand(P2)
    await stage.review(placed, approve=True)
    await stage.grant(placed)
    [row] = await rows_of(exports, ADMINISTRATOR, order(stage, "admitted"))
    assert (row["报名编号"], row["状态"]) == (placed.application_id, "拟录取")
    assert row["拟录取时间"]
    assert await rows_of(exports, ADMINISTRATOR, order(stage, "national")) == []
    assert await rows_of(exports, ADMINISTRATOR, order(stage, "admitted", states=("pending",))) == []
    found = await rows_of(exports, ADMINISTRATOR, order(stage, states=("pending",)))
    assert [each["状态"] for each in found] == ["待审核"]
    assert await rows_of(exports, ADMINISTRATOR, order(stage, specialty_code="0400")) == []
    with pytest.raises(DomainError, match="TABLE_UNKNOWN"):
        await exports.create_export(ADMINISTRATOR, order(stage, "nothing"))
