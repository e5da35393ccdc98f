"""志愿填报: base, specialty and consent, with the live counts of the base beside."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from residency.enrollment.v1 import application_pb2, application_service_pb2
from services.kit.domain import DomainError
from services.kit.ids import new_id
from services.portal.board import BoardView
from services.portal.capabilities import Told
from services.portal.forms import VERSION, Refusal, fresh_key, read_form, refused, to_correct
from services.portal.i18n.language import Words, listed, tr
from services.portal.i18n.problems import problem_text
from services.portal.page import Page, PageFor
from services.portal.pages.steps import Mine, mine

router = APIRouter(prefix="/application/choice")
Applicant = Annotated[Page, Depends(PageFor("applicant"))]
_SENTENCES = Words(
    {
        "base_code": "请选择培训基地",
        "specialty_code": "请选择培训专业",
        "accepts_reallocation": "请选择是否接受调剂",
    }
)
_EDITS = ("edit_base", "edit_specialty", "edit_reallocation")


@router.get("")
async def choice_form(page: Applicant) -> Response:
    """The form; `?base_code=` shows another base's specialties before anything is saved."""
    own = await mine(page)
    saved = own.application.choice
    consent = "yes" if saved.accepts_reallocation else "no"
    values = {
        "base_code": saved.base_code,
        "specialty_code": saved.specialty_code,
        "accepts_reallocation": consent if saved.base_code or saved.accepts_reallocation else "",
    }
    # Without script the other fields come along in the query, so that looking at another base loses nothing typed.
    values |= {name: page.request.query_params[name] for name in values if name in page.request.query_params}
    return await _form(page, own, values, None, new_id())


@router.post("")
async def save_choice(page: Applicant) -> Response:
    """Save the choice."""
    form = await read_form(page.request)
    view = await page.cycle()
    choice = application_pb2.Choice(
        base_code=form.get("base_code"),
        specialty_code=form.get("specialty_code"),
        accepts_reallocation=form.checked("accepts_reallocation"),
    )
    request = application_service_pb2.SaveChoiceRequest(
        cycle_id=view.cycle_id, choice=choice, expected_version=form.number(VERSION), idempotency_key=form.key
    )
    values = {name: form.get(name) for name in ("base_code", "specialty_code", "accepts_reallocation")}
    later = form.get("then") == "later"
    missing = {} if later else _missing(values)
    if missing:
        return await _form(page, await mine(page), values, to_correct(missing), form.key)
    try:
        await page.clients.applications.SaveChoice(request)
    except DomainError as error:
        refusal = refused(error)
        return await _form(page, await mine(page), values, refusal, fresh_key(error, form))
    return page.redirect("/application?done=saved" if later else "/application/check?done=saved")


async def _form(page: Page, own: Mine, values: dict[str, str], refusal: Refusal | None, key: str) -> Response:
    base = values["base_code"]
    names = own.catalogue
    board = await page.portal.boards.of_base(own.view.cycle_id, base, names) if base in names.bases else None
    shut = await _shut(page, own, base) if board is not None and own.started else {}
    return await page.html(
        "choice.html",
        status=refusal.status if refusal else 200,
        refusal=refusal,
        steps=own.steps,
        started=own.started,
        told=_told(own),
        base_told=own.told("edit_base"),
        values=values,
        bases=names.bases,
        specialties=names.specialties,
        options=_options(own, base, board, shut, values["specialty_code"]),
        shut={names.specialties.get(code, code): sentence for code, sentence in shut.items()},
        board=board,
        saved_elsewhere=own.application.choice if refusal and refusal.reason == "STALE_VERSION" else None,
        version=own.application.version,
        key=key,
    )


def _told(own: Mine) -> Told:
    """The choice as a whole is open when any part of it is."""
    told = [own.told(action) for action in _EDITS]
    return next((each for each in told if each.allowed), told[0])


async def _shut(page: Page, own: Mine, base: str) -> dict[str, str]:
    """The specialties of a base that may not be chosen with the present dossier, each with what speaks against it."""
    request = application_service_pb2.ListSelectableRequest(cycle_id=own.view.cycle_id, base_code=base)
    answer = await page.clients.applications.ListSelectable(request)
    return {
        place.specialty_code: listed((problem_text(problem.message).rstrip("。.") for problem in place.problems), "；")
        for place in answer.places
        if not place.allowed
    }


def _options(own: Mine, base: str, board: BoardView | None, shut: dict[str, str], chosen: str) -> list[tuple[str, str]]:
    """The specialties of a base that may be chosen, with their counts; the one chosen stays, so that it is seen."""
    lines = {line.code: line for line in board.lines} if board is not None else {}
    options = []
    for code, planned in own.catalogue.planned.get(base, {}).items():
        if code in shut and code != chosen:
            continue
        line = lines.get(code)
        name = own.catalogue.specialties.get(code, code)
        told = tr("{name}（计划 {planned}）", name=name, planned=planned)
        if line:
            told = tr(
                "{name}（已报名 {applied}／拟录取 {provisional}／计划 {planned}）",
                name=name,
                applied=line.applied,
                provisional=line.provisional,
                planned=planned,
            )
        options.append((code, told))
    return options


def _missing(values: dict[str, str]) -> dict[str, str]:
    """Whoever goes on to the next step has chosen everything; saving for later may leave gaps."""
    return {name: sentence for name, sentence in _SENTENCES.items() if not values[name]}
