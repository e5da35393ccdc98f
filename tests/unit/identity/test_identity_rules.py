"""Names and logins; hats and who hands them out; provinces and bases.

Holds ID-07, ID-08 and ROLE-02, ROLE-03, ROLE-04, ROLE-05, ROLE-06, ROLE-07, ROLE-09, ROLE-10, ROLE-11, ROLE-12.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from services.identity.domain import credentials, organisation, roles
from services.identity.domain.organisation import Organisation, OrganisationKind
from services.identity.domain.roles import Role
from services.kit.domain import Caller, DomainError, Kind

SHANDONG = Organisation("37", "山东省", OrganisationKind.PROVINCE)
HUBEI = Organisation("42", "湖北省", OrganisationKind.PROVINCE)
QILU = Organisation("SD-QILU", "齐鲁医院", OrganisationKind.BASE, "37")
TONGJI = Organisation("HB-TONGJI", "同济医院", OrganisationKind.BASE, "42")
OPERATOR = Caller("machine:operator", "operator")
PROVINCE = Caller("p", "province_administrator", "37")


@pytest.mark.parametrize(
    "name", ["张三", "阿依古丽·买买提", "𠮷田", "O'Neil-Smith", "王 小明", "é", "字" * 100, "\U000323b0"]
)
def test_id_07_rare_names_are_welcome(name: str) -> None:
    assert credentials.clean_name(f" {name} ") == name


def test_id_07_names_are_composed_once() -> None:
    assert credentials.clean_name("e\u0301") == "é"


@pytest.mark.parametrize("name", ["", "  ", "字" * 101, "张\u200b三", "\u202e三张", "张\n三", "\x00", "\ue000"])
def test_id_07_names_with_nothing_or_hidden_characters_are_refused(name: str) -> None:
    assert refused(lambda: credentials.clean_name(name))[1] == "ID-07"


def test_id_08_logins_are_one_whatever_the_case() -> None:
    assert credentials.login_key("Zhang.San-1") == credentials.login_key("zhang.san-1") == "zhang.san-1"


@pytest.mark.parametrize("login", ["", "ab", "a" * 65, "张三三", "a b c", "abc\n", "a/b"])
def test_id_08_other_logins_are_refused(login: str) -> None:
    assert refused(lambda: credentials.login_key(login)) == ("LOGIN_FORMAT", "ID-08")


@pytest.mark.parametrize("role", list(Role))
def test_role_02_only_applicants_and_faculty_register_themselves(role: Role) -> None:
    if role in (Role.APPLICANT, Role.FACULTY):
        roles.check_self_registration(role)
    else:
        assert refused(lambda: roles.check_self_registration(role)) == ("ROLE_NOT_OPEN", "ROLE-02")


@pytest.mark.parametrize(
    ("caller", "role", "where", "answer"),
    [
        (OPERATOR, Role.BASE_REVIEWER, QILU, ""),
        (OPERATOR, Role.BASE_ADMINISTRATOR, TONGJI, ""),
        (OPERATOR, Role.PROVINCE_ADMINISTRATOR, HUBEI, ""),
        (PROVINCE, Role.BASE_REVIEWER, QILU, ""),
        (PROVINCE, Role.BASE_ADMINISTRATOR, QILU, ""),
        (PROVINCE, Role.BASE_ADMINISTRATOR, TONGJI, "ROLE-04"),
        (PROVINCE, Role.PROVINCE_ADMINISTRATOR, SHANDONG, "ROLE-05"),
        (PROVINCE, Role.PROVINCE_ADMINISTRATOR, HUBEI, "ROLE-04"),
        (Caller("b", "base_administrator", "SD-QILU"), Role.BASE_REVIEWER, QILU, "ROLE-04"),
        (OPERATOR, Role.BASE_REVIEWER, SHANDONG, "ROLE-03"),
        (OPERATOR, Role.PROVINCE_ADMINISTRATOR, QILU, "ROLE-03"),
        (OPERATOR, Role.APPLICANT, QILU, "ROLE-03"),
        (OPERATOR, Role.FACULTY, QILU, "ROLE-03"),
        (OPERATOR, Role.SCHEDULER, SHANDONG, "ROLE-03"),
        (OPERATOR, Role.SERVICE, SHANDONG, "ROLE-03"),
        (PROVINCE, Role.OPERATOR, SHANDONG, "ROLE-03"),
    ],
)
def test_role_03_04_05_who_appoints_whom_where(caller: Caller, role: Role, where: Organisation, answer: str) -> None:
    if answer:
        assert refused(lambda: roles.check_appointment(caller, role, where))[1] == answer
    else:
        roles.check_appointment(caller, role, where)


def test_role_06_each_machine_has_one_hat() -> None:
    assert roles.machine_role("worker") is Role.SCHEDULER
    assert roles.machine_role("operator") is Role.OPERATOR
    for service in ("identity", "enrollment", "faculty", "notify", "portal"):
        assert roles.machine_role(service) is Role.SERVICE
    assert roles.machine_role("admin") is None


@pytest.mark.parametrize("role", list(Role))
def test_role_07_who_sees_whom(role: Role) -> None:
    assert roles.may_see(Caller("me", role.value), "me")
    assert roles.may_see(Caller("me", role.value), "other") is (role not in (Role.APPLICANT, Role.FACULTY))


def test_role_09_the_same_list_twice_changes_nothing() -> None:
    wanted = [SHANDONG, QILU, HUBEI]
    assert organisation.changes({}, wanted) == wanted
    known = {o.code: o for o in wanted}
    assert organisation.changes(known, wanted) == []
    renamed = Organisation("SD-QILU", "山东大学齐鲁医院", OrganisationKind.BASE, "37")
    assert organisation.changes(known, [SHANDONG, renamed]) == [renamed]
    assert organisation.changes({}, [SHANDONG, SHANDONG]) == [SHANDONG]


@pytest.mark.parametrize(
    "wanted",
    [
        [QILU],
        [QILU, SHANDONG],
        [SHANDONG, QILU, Organisation("X", "X", OrganisationKind.BASE, "SD-QILU")],
        [SHANDONG, Organisation("42", "湖北省", OrganisationKind.PROVINCE, "37")],
        [Organisation("X", "X", OrganisationKind.BASE)],
    ],
)
def test_role_10_parents_are_known_provinces(wanted: list[Organisation]) -> None:
    assert refused(lambda: organisation.changes({}, wanted)) == ("ORGANISATION_PARENT", "ROLE-10")


def test_role_11_no_organisation_changes_kind_or_parent() -> None:
    known = {o.code: o for o in (SHANDONG, HUBEI, QILU)}
    moved = Organisation("SD-QILU", "齐鲁医院", OrganisationKind.BASE, "42")
    assert refused(lambda: organisation.changes(known, [moved])) == ("ORGANISATION_MOVED", "ROLE-11")


def test_role_12_provinces_come_before_their_bases() -> None:
    assert list(organisation.in_order([TONGJI, QILU, HUBEI, SHANDONG])) == [SHANDONG, QILU, HUBEI, TONGJI]


def refused(act: Callable[[], object]) -> tuple[str, str]:
    with pytest.raises(DomainError) as caught:
        act()
    assert caught.value.kind in (Kind.INVALID, Kind.FORBIDDEN, Kind.CONFLICT)
    return caught.value.reason, caught.value.rule
