"""Names, mobile numbers and passwords as a person may choose them.

Holds ID-07, ID-09, ID-26, ID-27, ID-28 and ID-29.
"""

from __future__ import annotations

import pytest

from services.identity.domain import common_passwords, credentials, mobile
from services.kit.domain import DomainError

NAMES = [
    *(
        "张三",
        "李四",
        "王小明",
        "欧阳修",
        "司马相如",
        "上官婉儿",
        "诸葛亮",
        "长孙无忌",
        "尉迟恭",
        "扎西顿珠",
        "次仁央宗",
    ),
    *(
        "阿依古丽·买买提",
        "努尔兰·吐尔逊",
        "迪丽热巴·迪力木拉提",
        "古力娜扎尔·拜合提亚尔",
        "乌兰托娅",
        "那日松",
        "金永哲",
    ),
    *(
        "李𣇉",
        "𠮷田",
        "㛃洁",
        "王㼆",
        "张𬭚",
        "刘喆",
        "赵龑",
        "陈垚",
        "林焱",
        "黄犇",
        "周淼",
        "吴鑫",
        "郑骉",
        "孙𠅤",
        "朱祐樘",
    ),
    *("马·克", "O'Neil-Smith", "Maria-Luisa", "Nguyễn Văn A", "Müller", "Åse", "Zoë", "É", "字", "艾孜孜·阿卜杜拉 汗"),
]


def refused(password: str, **context: str | bool) -> tuple[str, str]:
    with pytest.raises(DomainError) as caught:
        credentials.check_password(password, **({"login": "zhangsan99"} | context))  # type: ignore[arg-type]
    assert caught.value.field == "password"
    assert password not in str(caught.value)
    return caught.value.reason, caught.value.rule


def test_id_07_there_are_names_enough_to_try() -> None:
    assert len(NAMES) >= 40


@pytest.mark.parametrize("name", NAMES)
def test_id_07_real_names_are_kept_as_they_are(name: str) -> None:
    assert credentials.clean_name(f"　{name} ") == name


@pytest.mark.parametrize(
    "typed",
    ["13800138000", "138 0013 8000", "138-0013-8000", "+86 138 0013 8000", "8613800138000", "１３８００１３８０００"],
)
def test_id_26_a_mobile_number_has_one_form(typed: str) -> None:
    assert mobile.parse(typed) == "+8613800138000"
    assert mobile.national(mobile.parse(typed)) == "13800138000"


@pytest.mark.parametrize("start", ["130", "147", "155", "166", "170", "177", "186", "191", "198", "199"])
def test_id_26_every_range_in_use_is_accepted(start: str) -> None:
    assert mobile.parse(start + "12345678") == f"+86{start}12345678"


@pytest.mark.parametrize(
    "typed",
    [
        *("", "1380013800", "138001380001", "12800138000", "abcdefghijk", "053182169114", "4008108888", "110"),
        *("+85291234567", "+886912345678", "+14155552671", "13800138000 转 5", "13800138000x5", "+86"),
    ],
)
def test_id_26_anything_else_is_refused_without_repeating_it(typed: str) -> None:
    with pytest.raises(DomainError) as caught:
        mobile.parse(typed)
    error = caught.value
    assert (error.reason, error.field, error.rule) == ("MOBILE_FORMAT", "mobile", "ID-26")
    assert not typed or typed not in str(error)


@pytest.mark.parametrize(
    "password",
    [
        *(
            "correct horse battery",
            "correct horse",
            "龙马精神 二月初八 春",
            "blue river stone",
            "Correct-horse7-battery",
        ),
        *(
            "8302749175",
            "tr0ub4dor&3xq",
            "q;V2 ~k9 Lp",
            "春江潮水连海平海上明月",
            "ПарольОченьДлинный",
            "🦊🐻🐼🦁🐯🐨🐮🐷🐸🐵",
        ),
    ],
)
def test_id_09_long_passwords_of_any_kind_are_accepted(password: str) -> None:
    credentials.check_password(password, login="zhangsan99", document="370199199803121234", name="张三")


def test_id_09_length_counts() -> None:
    assert refused("q;V2 ~k9L") == ("PASSWORD_LENGTH", "ID-09")
    assert refused("q;V2 ~k9Lp" * 20 + "!") == ("PASSWORD_LENGTH", "ID-09")
    credentials.check_password("q;V2 ~k9Lp" * 8 + "!", login="zhangsan99")


def test_id_29_staff_need_twelve() -> None:
    assert refused("q;V2 ~k9 Lp", staff=True) == ("PASSWORD_LENGTH", "ID-29")
    credentials.check_password("q;V2 ~k9 Lpm", login="zhangsan99", staff=True)


@pytest.mark.parametrize(
    "password",
    [
        *("1234567890", "0987654321", "qwertyuiop", "abcdefghij", "aaaaaaaaaaaa", "1212121212", "1qaz2wsx3edc"),
        *("password123!", "Password2023", "p@ssw0rd2023", "iloveyou2000", "qwerty1qwerty2", "password-123-password!"),
        *("guipei2023guipei", "Shandong@2023", "woaini1314520", "zhuyuanyishi1", "admin@123456", "我爱中国2023!!!"),
        *("abc123abc123", "1234512345", "x" * 199 + "y", "Zhuyuan.2023", "qilu--------", "yisheng2023"),
    ],
)
def test_id_27_what_everybody_would_guess_first_is_refused(password: str) -> None:
    assert refused(password) == ("PASSWORD_COMMON", "ID-27")


def test_id_27_the_list_is_long() -> None:
    assert sum(common_passwords.is_common(f"{word}2023") for word in ("letmein", "dragon", "monkey", "football")) == 4
    assert len(common_passwords.listed()) > 30_000


@pytest.mark.parametrize(
    "password",
    [
        *("my ZhangSan99 word", "x13800138000x", "tel 00138000 !", "no 370199199803121234", "born 19980312 june"),
        *("ends with 121234", "我是王小明呀今天天气好", "WANG Xiaoming ok"),
    ],
)
def test_id_28_what_stands_in_ones_papers_is_refused(password: str) -> None:
    for name in ("王小明", "Wang Xiaoming"):
        if name == "王小明" and "WANG" in password:
            continue
        if name != "王小明" and "王" in password:
            continue
        context = {"document": "370199199803121234", "mobile": "+8613800138000", "name": name}
        assert refused(password, **context) == ("PASSWORD_CONTEXT", "ID-28")


def test_id_28_a_short_login_may_stand_inside_but_not_be_all() -> None:
    credentials.check_password("Kangaroo in a cab", login="cab")
    assert refused("12345cab6789!", login="cab") == ("PASSWORD_CONTEXT", "ID-28")
    credentials.check_password("correct horse battery", login="", name="É")
