"""Every role × role × organisation: who reaches what, hands out what, changes what.

Holds ROLE-03, ROLE-04, ROLE-05, ROLE-15, ROLE-20, ROLE-21, ROLE-22, ROLE-23, ROLE-24; what is expected is
typed here as data.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.identity.domain import reach
from services.identity.domain.organisation import Organisation, OrganisationKind, Tree
from services.identity.domain.roles import Role
from services.identity.records import Hat
from services.kit.domain import Caller, DomainError

PLACES = {
    each.code: each
    for each in (
        Organisation("37", "山东省", OrganisationKind.PROVINCE),
        Organisation("42", "湖北省", OrganisationKind.PROVINCE),
        Organisation("SD-QILU", "齐鲁医院", OrganisationKind.BASE, "37"),
        Organisation("SD-CY", "朝阳医院", OrganisationKind.BASE, "37", "SD-QILU"),
        Organisation("HB-TJ", "同济医院", OrganisationKind.BASE, "42"),
        Organisation("SD-QILU-NK", "内科", OrganisationKind.DEPARTMENT, "SD-QILU"),
        Organisation("SD-CY-NK", "内科", OrganisationKind.DEPARTMENT, "SD-CY"),
        Organisation("HB-TJ-NK", "内科", OrganisationKind.DEPARTMENT, "HB-TJ"),
    )
}
TREE = Tree(PLACES)
SHANDONG = {"37", "SD-QILU", "SD-CY", "SD-QILU-NK", "SD-CY-NK"}
QILU = {"SD-QILU", "SD-QILU-NK"}
NEIKE = {"SD-QILU-NK"}
NOTHING: set[str] = set()
PROVINCE_ROLES = ("province_administrator", "auditor", "support", "system_administrator", "security_administrator")
BASE_ROLES = ("base_reviewer", "base_administrator", "teaching_department")
DEPARTMENT_ROLES = ("department_director", "department_secretary")
STAFF = (*PROVINCE_ROLES, *BASE_ROLES, *DEPARTMENT_ROLES)
OTHERS = ("applicant", "faculty", "unchosen", "enrolling", "scheduler", "service", "", "nonsense")

REACHED = (
    {"operator": set(PLACES)}
    | dict.fromkeys(PROVINCE_ROLES, SHANDONG)
    | dict.fromkeys(BASE_ROLES, QILU)
    | dict.fromkeys(DEPARTMENT_ROLES, NEIKE)
    | dict.fromkeys(OTHERS, NOTHING)
)
BELOW_BASE = {"base_reviewer", "teaching_department", *DEPARTMENT_ROLES}
GIVEN = {
    "operator": set(STAFF),
    "security_administrator": set(STAFF),
    "province_administrator": BELOW_BASE | {"base_administrator", "support"},
    "base_administrator": BELOW_BASE,
    "teaching_department": set(DEPARTMENT_ROLES),
}
HOME = (
    {"operator": ""}
    | dict.fromkeys(PROVINCE_ROLES, "37")
    | dict.fromkeys(BASE_ROLES, "SD-QILU")
    | dict.fromkeys(DEPARTMENT_ROLES, "SD-QILU-NK")
    | dict.fromkeys(OTHERS, "37")
)
KIND = (
    dict.fromkeys(PROVINCE_ROLES, OrganisationKind.PROVINCE)
    | dict.fromkeys(BASE_ROLES, OrganisationKind.BASE)
    | dict.fromkeys(DEPARTMENT_ROLES, OrganisationKind.DEPARTMENT)
)


def someone(role: str) -> Caller:
    return Caller("me", role, HOME[role])


def hat(role: str, place: str, person: str = "other") -> Hat:
    return Hat("hat", person, Role(role), place, "giver", datetime(2026, 1, 1, tzinfo=UTC))


def answer(act: Callable[..., object], *given: object) -> str:
    try:
        act(*given)
    except DomainError as error:
        return error.rule
    return ""


@pytest.mark.parametrize("role", HOME)
def test_role_04_who_reaches_what(role: str) -> None:
    assert {place for place in PLACES if reach.reaches(someone(role), TREE, place)} == REACHED[role]
    assert not reach.reaches(someone(role), TREE, "NOWHERE")
    assert not reach.reaches(someone(role), TREE, "")


@pytest.mark.parametrize("role", HOME)
def test_role_03_05_20_who_hands_out_what_where(role: str) -> None:
    """Role × role × organisation: 19 × 17 × 9 gifts."""
    who = someone(role)
    for given in Role:
        for place in (*PLACES, "NOWHERE"):

            def give(given: Role = given, place: str = place) -> None:
                reach.check_gift(who, given, reach.reached(who, TREE, place))

            if place not in REACHED[role]:
                expected = "ROLE-20"
            elif KIND.get(given) is not PLACES[place].kind:
                expected = "ROLE-03"
            else:
                expected = "" if given in GIVEN.get(role, ()) else "ROLE-05"
            assert answer(give) == expected, (role, given, place)


@pytest.mark.parametrize("role", HOME)
def test_role_05_20_23_who_changes_whose_hat(role: str) -> None:
    who = someone(role)
    for worn in Role:
        for place in (*PLACES, "NOWHERE", ""):
            changed = GIVEN.get(role, set()) - ({"auditor"} if role == "security_administrator" else set())
            if worn not in STAFF or place not in REACHED[role]:
                expected = "ROLE-20"
            else:
                expected = "" if worn in changed else "ROLE-05"
            assert answer(reach.check_change, who, hat(worn, place), TREE) == expected
            own = "ROLE-20" if expected == "ROLE-20" else "ROLE-23"
            assert answer(reach.check_change, who, hat(worn, place, "me"), TREE) == own


def test_role_23_nobody_changes_the_hat_of_whom_they_act_for_or_their_own_through_them() -> None:
    acting = Caller("me", "operator", acting_by="supporter")
    for person in ("me", "supporter"):
        assert answer(reach.check_change, acting, hat("base_reviewer", "SD-QILU", person), TREE) == "ROLE-23"


def test_role_24_a_hat_moves_to_the_same_kind_within_reach() -> None:
    province = someone("province_administrator")
    reviewer = hat("base_reviewer", "SD-QILU")
    assert reach.check_move(province, reviewer, "SD-CY", TREE).code == "SD-CY"
    for place, rule in (("HB-TJ", "ROLE-20"), ("SD-QILU-NK", "ROLE-24"), ("37", "ROLE-24"), ("NOWHERE", "ROLE-20")):
        assert answer(reach.check_move, province, reviewer, place, TREE) == rule


@pytest.mark.parametrize("wanted", Role)
def test_role_22_nobody_holds_two_of_the_three_administrators_hats(wanted: Role) -> None:
    three = {Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDITOR}
    for held in Role:
        clash = wanted in three and held in three - {wanted}
        assert answer(reach.check_separated, wanted, [Role.APPLICANT, held]) == ("ROLE-22" if clash else "")


def test_role_21_the_hats_that_take_two_people() -> None:
    assert {role.value for role in reach.POWERFUL} == set(PROVINCE_ROLES)
    assert {role.value for role in reach.NOT_ACTED_FOR} == set(PROVINCE_ROLES) - {"province_administrator"}


def test_role_15_a_hat_is_worn_unless_it_ended_rests_or_is_over() -> None:
    now = datetime(2026, 11, 22, 9, tzinfo=UTC)
    whole = hat("base_reviewer", "SD-QILU")
    assert whole.wearable(now)
    assert replace(whole, expires_at=now + timedelta(microseconds=1)).wearable(now)
    for gone in (replace(whole, ended_at=now), replace(whole, suspended_at=now), replace(whole, expires_at=now)):
        assert not gone.wearable(now)


@pytest.mark.parametrize("role", HOME)
def test_role_04_who_imports_what(role: str) -> None:
    for place in PLACES.values():
        writes = role in ("province_administrator", "system_administrator") and place.code in SHANDONG
        expected = "" if role == "operator" or writes else "ROLE-04"
        assert answer(reach.check_import, someone(role), [place], TREE) == expected
