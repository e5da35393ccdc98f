"""The rows of C4 with their edges: what is known of a teacher, and what a rule must find on a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from services.faculty.domain.entry_rules import (
    Assessment,
    Attestation,
    Facts,
    KnownIncident,
    Verdict,
    YearlyResult,
)
from tests.support.faculty_moments import (
    ATTENDING_SINCE,
    DAY_BEFORE_THE_LAST_OF_FEBRUARY,
    DAY_BEFORE_THREE_YEARS,
    LAST_OF_FEBRUARY_AFTER_THREE_YEARS,
    LEAP_DAY,
    THREE_YEARS,
)

DAY = timedelta(days=1)
REFERENCE = THREE_YEARS
MET, NOT_MET, UNKNOWN = Verdict.MET, Verdict.NOT_MET, Verdict.UNKNOWN


@dataclass(frozen=True, slots=True)
class Given:
    """A row of C4: what is known, on which day, and what a rule must find."""

    name: str
    facts: Facts
    rule: str
    verdict: Verdict
    consequence: str = ""
    met_from: date | None = None
    flagged: bool = False
    reference: date = REFERENCE


def _title(name: str, since: date | None, verdict: Verdict, **more: Any) -> Given:
    title = more.pop("title", "attending")
    return Given(f"title: {name}", Facts(title=title, title_since=since), "title_years", verdict, **more)


def _incident(name: str, kind: str, degree: str, on: date, verdict: Verdict, **more: Any) -> Given:
    attested = more.pop("attested", REFERENCE)
    attestations = (Attestation(kind, attested),) if attested else ()
    return Given(
        f"{kind}: {name}", Facts("", None, (KnownIncident(kind, degree, on),), attestations), kind, verdict, **more
    )


def _attested(name: str, kind: str, on: date | None, verdict: Verdict, **more: Any) -> Given:
    attestations = (Attestation(kind, on),) if on else ()
    return Given(f"{kind}: {name}", Facts(attestations=attestations), kind, verdict, **more)


def _years(name: str, results: dict[int, str], verdict: Verdict, **more: Any) -> Given:
    yearly = tuple(YearlyResult(year, outcome, date(year, 12, 31)) for year, outcome in results.items())
    return Given(f"evaluation: {name}", Facts(yearly=yearly), "evaluation", verdict, **more)


def _assessed(name: str, results: list[tuple[str, date]], verdict: Verdict, **more: Any) -> Given:
    assessments = tuple(Assessment(outcome, on) for outcome, on in results)
    return Given(f"assessment: {name}", Facts(assessments=assessments), "assessment", verdict, **more)


def _certificate(name: str, has: str, verdict: Verdict, title: str = "attending", **more: Any) -> Given:
    facts = Facts(title=title, title_since=date(2015, 1, 1), has_qualification=has)
    return Given(f"certificate: {name}", facts, "certificate", verdict, **more)


BLOCK, RETURN, ATTEST = "block", "return", "attest"
THREE_YEARS_AGO = date(2024, 3, 12)
"""36 months before `REFERENCE`."""
C4: tuple[Given, ...] = (
    _title("36 months on the day", ATTENDING_SINCE, MET, met_from=THREE_YEARS),
    _title("a day short", ATTENDING_SINCE + DAY, NOT_MET, consequence=BLOCK, met_from=THREE_YEARS + DAY),
    _title("a day over", ATTENDING_SINCE - DAY, MET, met_from=DAY_BEFORE_THREE_YEARS),
    _title(
        "since a leap day, the day before",
        LEAP_DAY,
        NOT_MET,
        consequence=BLOCK,
        met_from=date(2027, 2, 28),
        reference=DAY_BEFORE_THE_LAST_OF_FEBRUARY,
    ),
    _title(
        "since a leap day, the last of February",
        LEAP_DAY,
        MET,
        met_from=date(2027, 2, 28),
        reference=LAST_OF_FEBRUARY_AFTER_THREE_YEARS,
    ),
    _title(
        "since the day before a leap day", LEAP_DAY - DAY, MET, met_from=date(2027, 2, 28), reference=date(2027, 2, 28)
    ),
    _title(
        "up to a leap day",
        date(2025, 2, 28),
        NOT_MET,
        consequence=BLOCK,
        met_from=date(2028, 2, 28),
        reference=date(2028, 2, 27),
    ),
    _title("none saved", None, UNKNOWN, title="", consequence=RETURN),
    _title("no date saved", None, UNKNOWN, consequence=RETURN),
    _title("below intermediate", date(2010, 1, 1), NOT_MET, title="other", consequence=BLOCK),
    _title("supervising nurse", ATTENDING_SINCE, MET, title="supervising_nurse", met_from=THREE_YEARS),
    _title(
        "technician a day short",
        ATTENDING_SINCE + DAY,
        NOT_MET,
        title="supervising_technician",
        consequence=BLOCK,
        met_from=THREE_YEARS + DAY,
    ),
    _title("a higher one includes it", REFERENCE - DAY, MET, title="associate_chief", met_from=REFERENCE - DAY),
    _title(
        "a higher one that is to come",
        REFERENCE + DAY,
        NOT_MET,
        title="chief",
        consequence=BLOCK,
        met_from=REFERENCE + DAY,
    ),
    *(
        row
        for kind, grave, light in (("damage", ("main", "full"), "partial"), ("accident", ("major", "serious"), "minor"))
        for row in (
            *(
                _incident(f"{degree}, 36 months ago", kind, degree, THREE_YEARS_AGO, MET, met_from=REFERENCE)
                for degree in grave
            ),
            *(
                _incident(
                    f"{degree}, a day less",
                    kind,
                    degree,
                    THREE_YEARS_AGO + DAY,
                    NOT_MET,
                    consequence=BLOCK,
                    met_from=REFERENCE + DAY,
                )
                for degree in grave
            ),
            _incident(
                "on the day itself", kind, grave[0], REFERENCE, NOT_MET, consequence=BLOCK, met_from=date(2030, 3, 12)
            ),
            _incident("the day after does not count", kind, grave[0], REFERENCE + DAY, MET),
            _incident(
                "on a leap day",
                kind,
                grave[0],
                LEAP_DAY,
                NOT_MET,
                consequence=BLOCK,
                met_from=date(2027, 2, 28),
                reference=date(2027, 2, 27),
                attested=date(2027, 2, 27),
            ),
            _incident("a light one", kind, light, REFERENCE, MET),
            _incident(
                "against an attestation",
                kind,
                grave[1],
                REFERENCE - DAY,
                NOT_MET,
                consequence=BLOCK,
                met_from=date(2030, 3, 11),
            ),
            _incident(
                "long ago, nobody attests", kind, grave[0], date(2020, 1, 1), UNKNOWN, consequence=ATTEST, attested=None
            ),
            _attested("nothing recorded, nothing attested", kind, None, UNKNOWN, consequence=ATTEST),
            _attested("attested on the day", kind, REFERENCE, MET),
            _attested("attested within a year", kind, date(2026, 3, 13), MET),
            _attested("attested a year ago", kind, date(2026, 3, 12), UNKNOWN, consequence=ATTEST),
            _attested("attested the day after", kind, REFERENCE + DAY, UNKNOWN, consequence=ATTEST),
        )
    ),
    _years("newcomer", {}, MET, flagged=True),
    _years("one good year", {2026: "good"}, MET),
    _years("two good years", {2025: "qualified", 2026: "excellent"}, MET),
    _years("the last one is bad", {2025: "good", 2026: "unqualified"}, NOT_MET, consequence=BLOCK),
    _years("the one before is bad", {2025: "unqualified", 2026: "good"}, NOT_MET, consequence=BLOCK),
    _years("bad, then two good years", {2024: "unqualified", 2025: "good", 2026: "good"}, MET),
    _years("bad, a year without, then a good one", {2023: "unqualified", 2026: "good"}, NOT_MET, consequence=BLOCK),
    _years("bad, then two good ones with gaps", {2020: "unqualified", 2023: "good", 2026: "good"}, MET),
    _years("the only year is bad", {2026: "unqualified"}, NOT_MET, consequence=BLOCK),
    _years("what comes later does not count", {2026: "unqualified"}, MET, flagged=True, reference=date(2026, 12, 30)),
    _years(
        "on the last day of the year it does",
        {2026: "unqualified"},
        NOT_MET,
        consequence=BLOCK,
        reference=date(2026, 12, 31),
    ),
    _assessed("none", [], UNKNOWN, consequence=RETURN),
    _assessed("passed on the day", [("passed", REFERENCE)], MET, met_from=REFERENCE),
    _assessed("passed the day after", [("passed", REFERENCE + DAY)], UNKNOWN, consequence=RETURN),
    _assessed("failed", [("failed", REFERENCE)], NOT_MET, consequence=BLOCK),
    _assessed(
        "failed, then passed",
        [("failed", date(2026, 1, 1)), ("passed", date(2026, 6, 1))],
        MET,
        met_from=date(2026, 6, 1),
    ),
    _assessed(
        "passed, then failed", [("passed", date(2026, 1, 1)), ("failed", date(2026, 6, 1))], NOT_MET, consequence=BLOCK
    ),
    _certificate("held", "yes", MET),
    _certificate("passed, not yet issued", "passed", NOT_MET, consequence=BLOCK),
    _certificate("none", "no", NOT_MET, consequence=BLOCK),
    _certificate("nothing said", "", UNKNOWN, consequence=RETURN),
    _certificate("a nurse needs none", "no", MET, title="supervising_nurse"),
)
"""Every cell of C4 with its edges, in the order of the table."""


def packed(rows: Sequence[Given]) -> list[tuple[date, list[Given]]]:
    """Rows of one day whose rules read different evidence, together: one person can stand for all of them."""
    packs: list[tuple[date, dict[str, Given]]] = []
    for row in rows:
        slot = "dossier" if row.rule in ("title_years", "certificate") else row.rule
        pack = next((each for day, each in packs if day == row.reference and slot not in each), None)
        if pack is None:
            packs.append((row.reference, pack := {}))
        pack[slot] = row
    return [(day, list(pack.values())) for day, pack in packs]


def together(rows: Sequence[Given]) -> Facts:
    """What the rows of a pack know."""
    every = [row.facts for row in rows]
    dossier = next((each for each in every if each.title or each.has_qualification), Facts())
    since = next((each.title_since for each in every if each.title_since), None)
    return Facts(
        title=dossier.title,
        title_since=since,
        incidents=tuple(each for facts in every for each in facts.incidents),
        attestations=tuple(each for facts in every for each in facts.attestations),
        assessments=tuple(each for facts in every for each in facts.assessments),
        yearly=tuple(each for facts in every for each in facts.yearly),
        has_qualification=dossier.has_qualification,
    )
