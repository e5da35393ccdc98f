"""Provinces, bases, departments: ROLE-09 to ROLE-12 and ROLE-19."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from services.identity.domain.organisation import Organisation, OrganisationKind, Tree, changes
from services.kit.domain import DomainError

SHANDONG = Organisation("37", "山东省", OrganisationKind.PROVINCE)
HUBEI = Organisation("42", "湖北省", OrganisationKind.PROVINCE)
QILU = Organisation("SD-QILU", "齐鲁医院", OrganisationKind.BASE, "37")
SHENGLI = Organisation("SD-SLYY", "省立医院", OrganisationKind.BASE, "37")
CHAOYANG = Organisation("SD-CY", "朝阳医院", OrganisationKind.BASE, "37", "SD-QILU")
TONGJI = Organisation("HB-TONGJI", "同济医院", OrganisationKind.BASE, "42")
NEIKE = Organisation("SD-QILU-NK", "内科", OrganisationKind.DEPARTMENT, "SD-QILU")
WAIKE = Organisation("SD-QILU-WK", "外科", OrganisationKind.DEPARTMENT, "SD-QILU")
ALL = {each.code: each for each in (SHANDONG, HUBEI, QILU, SHENGLI, CHAOYANG, TONGJI, NEIKE, WAIKE)}


def refused(act: Callable[[], object]) -> tuple[str, str]:
    with pytest.raises(DomainError) as caught:
        act()
    return caught.value.reason, caught.value.rule


def test_role_09_the_same_list_twice_changes_nothing() -> None:
    wanted = list(ALL.values())
    assert changes({}, wanted) == wanted
    assert changes(ALL, wanted) == []
    renamed = replace(QILU, name="山东大学齐鲁医院")
    alone = replace(CHAOYANG, main_base_code="")
    assert changes(ALL, [SHANDONG, renamed, alone]) == [renamed, alone]
    assert changes({}, [SHANDONG, SHANDONG]) == [SHANDONG]


@pytest.mark.parametrize(
    "wanted",
    [
        [QILU],
        [QILU, SHANDONG],
        [SHANDONG, QILU, replace(SHENGLI, parent_code="SD-QILU")],
        [SHANDONG, replace(HUBEI, parent_code="37")],
        [replace(QILU, parent_code="")],
        [SHANDONG, replace(NEIKE, parent_code="37")],
        [SHANDONG, QILU, NEIKE, replace(WAIKE, parent_code="SD-QILU-NK")],
        [NEIKE],
    ],
)
def test_role_10_parents_are_known_and_of_the_right_kind(wanted: list[Organisation]) -> None:
    assert refused(lambda: changes({}, wanted)) == ("ORGANISATION_PARENT", "ROLE-10")


@pytest.mark.parametrize("moved", [replace(QILU, parent_code="42"), replace(NEIKE, parent_code="HB-TONGJI")])
def test_role_11_no_organisation_changes_kind_or_parent(moved: Organisation) -> None:
    assert refused(lambda: changes(ALL, [moved])) == ("ORGANISATION_MOVED", "ROLE-11")


def test_role_12_a_province_then_its_bases_each_with_its_departments() -> None:
    wanted = [SHANDONG, CHAOYANG, QILU, NEIKE, WAIKE, SHENGLI, HUBEI, TONGJI]
    assert list(Tree(dict(reversed(ALL.items()))).in_order()) == wanted


@pytest.mark.parametrize(
    "wrong",
    [
        replace(CHAOYANG, main_base_code="SD-CY"),
        replace(CHAOYANG, main_base_code="HB-TONGJI"),
        replace(CHAOYANG, main_base_code="37"),
        replace(CHAOYANG, main_base_code="NOWHERE"),
        replace(SHENGLI, main_base_code="SD-CY"),
        replace(QILU, main_base_code="SD-SLYY"),
        replace(NEIKE, main_base_code="SD-QILU"),
        replace(SHANDONG, main_base_code="SD-QILU"),
    ],
)
def test_role_19_a_collaborative_base_trains_with_a_main_base_of_its_province(wrong: Organisation) -> None:
    assert refused(lambda: changes(ALL, [wrong])) == ("MAIN_BASE", "ROLE-19")


def test_who_is_below_whom() -> None:
    tree = Tree(ALL)
    below = {"37": {"37", "SD-QILU", "SD-SLYY", "SD-CY", "SD-QILU-NK", "SD-QILU-WK"}, "42": {"42", "HB-TONGJI"}}
    below |= {"SD-QILU": {"SD-QILU", "SD-QILU-NK", "SD-QILU-WK"}, "SD-QILU-NK": {"SD-QILU-NK"}, "NOWHERE": set()}
    for above, expected in below.items():
        assert set(tree.under(above)) == expected
    assert {code: tree.province_of(ALL[code]) for code in ("SD-QILU-NK", "SD-CY", "42")} == {
        "SD-QILU-NK": "37",
        "SD-CY": "37",
        "42": "42",
    }
