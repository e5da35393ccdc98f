"""Names and logins; which hats one takes, which machines wear, whom they see.

Holds ID-07, ID-08 and ROLE-02, ROLE-06, ROLE-07.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from services.identity.domain import credentials, roles
from services.identity.domain.roles import Role
from services.kit.domain import Caller, DomainError, Kind


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


def test_role_06_each_machine_has_one_hat() -> None:
    assert roles.machine_role("worker") is Role.SCHEDULER
    assert roles.machine_role("operator") is Role.OPERATOR
    for service in ("identity", "enrollment", "faculty", "notify", "portal"):
        assert roles.machine_role(service) is Role.SERVICE
    assert roles.machine_role("admin") is None


@pytest.mark.parametrize("role", list(Role))
def test_role_07_who_sees_whom(role: Role) -> None:
    assert roles.may_see(Caller("me", role.value), "me")
    assert roles.may_see(Caller("me", role.value), "other") is (role is Role.SERVICE)


def refused(act: Callable[[], object]) -> tuple[str, str]:
    with pytest.raises(DomainError) as caught:
        act()
    assert caught.value.kind in (Kind.INVALID, Kind.FORBIDDEN, Kind.CONFLICT)
    return caught.value.reason, caught.value.rule
