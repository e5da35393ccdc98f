"""What anybody may look at: rotation standards, entry rules of teachers, and whether a certificate is genuine."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from residency.faculty.v1 import report_service_pb2, rotation_service_pb2, standing_service_pb2
from services.portal.i18n.language import N_, said, tr
from services.portal.i18n.names import known_name
from services.portal.page import Page, page_of
from services.portal.pages.acting import Desk
from services.portal.pages.rotation_views import standard_panels
from services.portal.pages.teaching import span
from services.portal.panels import Ask, Button, Form, Line, Panel, Table

router = APIRouter()
Anyone = Annotated[Page, Depends(page_of)]


@router.get("/standards")
async def standards(page: Anyone) -> Response:
    """轮转专业规范 and 师资准入条件."""
    code = page.request.query_params.get("specialty_code", "")[:32]
    found, rules = await asyncio.gather(
        page.clients.rotations.ListStandards(rotation_service_pb2.ListStandardsRequest()),
        page.clients.standing.GetEntryRules(standing_service_pb2.GetEntryRulesRequest()),
    )
    options = [(each.specialty_code, known_name(each.name)) for each in found.standards]
    asks = (Ask("specialty_code", "培训专业", "select", options=options),)
    form = Form("/standards", asks, (Button("查看", tone=""),), values={"specialty_code": code}, get=True)
    panels = [Panel("轮转专业规范", form=form)]
    if code:
        one = rotation_service_pb2.ListStandardsRequest(specialty_code=code)
        panels += standard_panels(await page.clients.rotations.ListStandards(one))
    lines = [Line((said(each.sentence),)) for each in rules.rules]
    panels.append(
        Panel("住院医师师资准入条件", table=Table(tr("第 {edition} 版", edition=rules.edition), ("条件",), lines))
    )
    return await Desk(page).html(tr("规范与条件"), "", (), panels)


@router.get("/certificates")
async def certificate(page: Anyone) -> Response:
    """Whether a certificate is genuine and still holds."""
    code = page.request.query_params.get("code", "").strip()[:80]
    asks = (Ask("code", "聘书上的核验码", most=80),)
    panels = [Panel(form=Form("/certificates", asks, (Button("核验"),), values={"code": code}, get=True))]
    if len(code) >= 8:
        answer = await page.clients.faculty_reports.CheckCertificate(
            report_service_pb2.CheckCertificateRequest(code=code)
        )
        if not answer.genuine:
            panels.append(Panel(lead="没有这份聘书：请核对核验码。", notice=True))
        else:
            pairs = [
                (N_("结果"), tr("聘书有效" if answer.holds else "聘书属实，但已不在聘期内或已终止")),
                (N_("姓名"), answer.masked_name),
                (N_("医院"), answer.hospital),
                (N_("科室"), answer.department),
                (N_("聘期"), span(answer.from_day, answer.until_day)),
            ]
            panels.append(Panel("核验结果", pairs=pairs))
    return await Desk(page).html(tr("聘书核验"), "", (), panels)
