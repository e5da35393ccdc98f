"""C5 as it is written down: where an appointment stands, what happens, who does it under what condition, what follows.

The pure function and the service are both held against these rows, and against each other for everything else.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from services.faculty.domain.appointing import Case, Given
from services.faculty.domain.appointment import (
    CLOCK,
    DIRECTOR,
    OFFICE,
    PROVINCE,
    SECRETARY,
    Event,
    Review,
    State,
)

TODAY = date(2026, 4, 10)
"""A day of the campaign, which opens on 27 March and is due on 27 April."""
OPENS, DUE = date(2026, 3, 27), date(2026, 4, 27)
FIRST, LAST = date(2025, 9, 1), date(2026, 8, 31)
GRACE = 60
WHO = {"教学部": OFFICE, "director": DIRECTOR, "secretary": SECRETARY, "province": PROVINCE, "clock": CLOCK}

C5 = """
–            | –        | recommend         | 教学部    |                    | active              | –
–            | –        | recommend_pending | 教学部    |                    | pending             | –
–            | –        | recommend         | 教学部    | own case           | OWN_CASE            |
–            | –        | recommend         | secretary |                    | ROLE_NOT_ALLOWED    |
pending      | –        | acknowledge       | province  |                    | active              | –
pending      | –        | acknowledge       | 教学部    |                    | ROLE_NOT_ALLOWED    |
pending      | –        | revoke            | 教学部    |                    | dismissed           | –
pending      | –        | sanction          | 教学部    |                    | WRONG_STATE         |
pending      | –        | dismiss           | 教学部    |                    | WRONG_STATE         |
active       | –        | open_review       | clock     |                    | active              | due
active       | confirmed | open_review      | clock     |                    | active              | due
active       | overdue  | open_review       | clock     |                    | active              | due
active       | –        | open_review       | clock     | campaign not open  | REVIEW_NOT_NOW      |
active       | confirmed | open_review      | clock     | done this year     | REVIEW_NOT_NOW      |
active       | –        | open_review       | clock     | ending decided     | REVIEW_NOT_NOW      |
active       | due      | confirm           | secretary |                    | active              | confirmed
active       | overdue  | confirm           | secretary |                    | active              | confirmed
active       | due      | correct           | secretary |                    | active              | confirmed
active       | overdue  | correct           | secretary |                    | active              | confirmed
active       | –        | confirm           | secretary |                    | REVIEW_NOT_OPEN     |
active       | confirmed | confirm          | secretary |                    | REVIEW_NOT_OPEN     |
active       | dismissal_proposed | confirm | secretary |                    | REVIEW_NOT_OPEN     |
active       | due      | confirm           | secretary | other department   | OTHER_DEPARTMENT    |
active       | due      | confirm           | secretary | own case           | OWN_CASE            |
active       | due      | confirm           | director  |                    | ROLE_NOT_ALLOWED    |
active       | due      | propose_dismissal | secretary |                    | active              | dismissal_proposed
active       | overdue  | propose_dismissal | secretary |                    | active              | dismissal_proposed
active       | –        | propose_dismissal | director  |                    | active              | –
active       | confirmed | propose_dismissal | secretary |                   | active              | confirmed
active       | due      | propose_dismissal | secretary | case open          | CASE_OPEN           |
active       | due      | propose_dismissal | secretary | ending decided     | ENDING_DECIDED      |
active       | due      | propose_dismissal | secretary | day passed         | DAY_PASSED          |
active       | due      | propose_dismissal | secretary | day after the term | AFTER_TERM          |
active       | dismissal_proposed | refuse_dismissal | 教学部 | case open      | active              | confirmed
active       | –        | refuse_dismissal  | 教学部    | case open          | active              | –
active       | due      | miss_review       | clock     | deadline passed    | active              | overdue
active       | due      | miss_review       | clock     |                    | REVIEW_NOT_NOW      |
active       | confirmed | miss_review      | clock     | deadline passed    | REVIEW_NOT_OPEN     |
active       | dismissal_proposed | miss_review | clock   | deadline passed    | REVIEW_NOT_OPEN     |
active       | –        | sanction          | 教学部    |                    | suspended           | –
active       | due      | sanction          | province  |                    | suspended           | due
active       | –        | sanction          | 教学部    | own case           | OWN_CASE            |
active       | –        | lift              | 教学部    |                    | WRONG_STATE         |
suspended    | –        | sanction          | province  |                    | suspended           | –
suspended    | –        | open_review       | clock     |                    | WRONG_STATE         |
suspended    | due      | confirm           | secretary |                    | suspended           | confirmed
suspended    | due      | miss_review       | clock     | deadline passed    | suspended           | overdue
suspended    | –        | lift              | 教学部    | rules pass         | active              | –
suspended    | due      | lift              | 教学部    | rules pass         | active              | due
suspended    | –        | lift              | 教学部    |                    | RULES_NOT_MET       |
suspended    | –        | lift              | 教学部    | province suspended | PROVINCE_DECIDES    |
suspended    | –        | lift              | province  | province suspended | active              | –
active       | –        | dismiss           | 教学部    |                    | active              | –
active       | due      | dismiss           | 教学部    |                    | active              | –
active       | dismissal_proposed | dismiss | 教学部    | case open          | active              | –
suspended    | –        | dismiss           | 教学部    |                    | suspended           | –
active       | –        | dismiss           | 教学部    | own case           | OWN_CASE            |
active       | –        | dismiss           | 教学部    | ending decided     | ENDING_DECIDED      |
active       | –        | dismiss           | 教学部    | day passed         | DAY_PASSED          |
active       | –        | dismiss           | 教学部    | last day of all    | active              | –
active       | –        | dismiss           | director  |                    | ROLE_NOT_ALLOWED    |
active       | –        | transfer          | 教学部    |                    | active              | –
suspended    | overdue  | transfer          | 教学部    |                    | suspended           | –
active       | –        | transfer          | 教学部    | day after the term | AFTER_TERM          |
active       | –        | take_effect       | clock     | dismissal effective | dismissed          | –
suspended    | –        | take_effect       | clock     | dismissal effective | dismissed          | –
active       | –        | take_effect       | clock     | transfer effective | transferred         | –
active       | –        | take_effect       | clock     | ending decided     | NOT_YET             |
active       | –        | expire            | clock     | grace over         | expired             | –
active       | overdue  | expire            | clock     | grace over         | expired             | –
suspended    | –        | expire            | clock     | grace over         | expired             | –
active       | –        | expire            | clock     | last day of grace  | NOT_YET             |
active       | –        | recommend         | 教学部    |                    | active              | –
suspended    | –        | recommend         | 教学部    |                    | suspended           | –
active       | –        | recommend         | 教学部    | ending decided     | ENDING_DECIDED      |
active       | due      | recommend_pending | 教学部    |                    | active              | due
active       | –        | revoke            | 教学部    |                    | dismissed           | –
active       | –        | set_level         | province  |                    | active              | –
active       | –        | set_level         | 教学部    | own case           | OWN_CASE            |
active       | –        | set_level         | secretary |                    | ROLE_NOT_ALLOWED    |
dismissed    | –        | recommend         | 教学部    |                    | active              | –
expired      | –        | recommend         | 教学部    |                    | active              | –
transferred  | –        | recommend         | 教学部    |                    | active              | –
dismissed    | –        | recommend_pending | 教学部    |                    | pending             | –
dismissed    | –        | set_level         | 教学部    |                    | OVER                |
expired      | –        | sanction          | 教学部    |                    | OVER                |
transferred  | –        | revoke            | 教学部    |                    | OVER                |
"""


@dataclass(frozen=True)
class Line:
    """One row of the table. `then` is the next state, or the reason of the refusal."""

    state: State
    review: Review
    event: Event
    role: str
    condition: str
    then: str
    review_then: Review

    @property
    def refused(self) -> bool:
        return self.then.isupper()

    def __str__(self) -> str:
        words = (self.state or "none", self.review, self.event, self.condition)
        return "-".join(word for word in words if word).replace(" ", "_")


def lines() -> list[Line]:
    """The table."""
    found = []
    for text in C5.strip().splitlines():
        state, review, event, who, condition, then, after = (cell.strip().replace("–", "") for cell in text.split("|"))
        found.append(Line(State(state), Review(review), Event(event), WHO[who], condition, then, Review(after)))
    return found


def asked(line: Line) -> tuple[Case, Given]:
    """The row as the pure function is asked."""
    case = Case(
        state=line.state,
        review=line.review,
        last_day=LAST + timedelta(days=GRACE),
        review_year=2025 if line.review in (Review.NONE, Review.CONFIRMED) or line.event is Event.OPEN_REVIEW else 2026,
        review_due=DUE if line.review else None,
    )
    given = Given(line.role, TODAY, rules_pass=line.event is not Event.LIFT, effective_day=date(2026, 4, 30))
    given = replace(given, opens=OPENS, year=2026)
    changes_case: dict[str, dict[str, Any]] = {
        "ending decided": {"ending": "dismissed", "ends_on": date(2026, 4, 30)},
        "dismissal effective": {"ending": "dismissed", "ends_on": TODAY - timedelta(days=1)},
        "transfer effective": {"ending": "transferred", "ends_on": TODAY - timedelta(days=1)},
        "case open": {"case_open": True},
        "province suspended": {"province_suspended": True},
        "done this year": {"review_year": 2026},
        "deadline passed": {"review_due": TODAY - timedelta(days=1)},
        "grace over": {"last_day": TODAY - timedelta(days=1)},
        "last day of grace": {"last_day": TODAY},
    }
    changes_given: dict[str, dict[str, Any]] = {
        "own case": {"own_case": True},
        "other department": {"own_department": False},
        "rules pass": {"rules_pass": True},
        "province suspended": {"rules_pass": True},
        "campaign not open": {"opens": TODAY + timedelta(days=1)},
        "day passed": {"effective_day": TODAY - timedelta(days=1)},
        "last day of all": {"effective_day": LAST + timedelta(days=GRACE)},
        "day after the term": {"effective_day": LAST + timedelta(days=GRACE + 1)},
    }
    return (
        replace(case, **changes_case.get(line.condition, {})),
        replace(given, **changes_given.get(line.condition, {})),
    )
