"""ID-27: passwords everybody would guess first.

Thirty thousand leaked ones (the list zxcvbn ships), and the words of this place and trade that a foreign list lacks:
in pinyin, as people here type them, and in Chinese.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise

_HERE = """
zhuyuan zhuyuanyi zhuyuanyisheng zhuyuanyishi guipei guipeisheng guipeijidi peixun peixunjidi jidi zhaosheng zhaolu
baoming baokao zhiyuan shizi daijiao daijiaolaoshi jiaoxue jiaoxuebu jiaoxuemishu keshi kezhuren zhuren mishu
yiyuan yisheng yishi hushi yixue yixueyuan yike yikedaxue linchuang neike waike erke fuke fuchanke quanke jizhen
zhongyi kouqiang mazui yingxiang kangfu shentihao jiankang weisheng weijian weijianwei weishengting
residency resident residents doctor doctors physician nurse hospital clinic medicine medical surgery training trainee
shandong jinan qilu qiluyiyuan shengli shengliyiyuan qingdao yantai weifang jining linyi taian zibo weihai rizhao
dezhou liaocheng binzhou heze zaozhuang dongying laiwu hubei wuhan tongji xiehe zhongguo beijing shanghai guangzhou
shenzhen tianjin chongqing nanjing hangzhou chengdu
woaini woaini woaiwojia woaizhongguo aini wojiushiwo woshishui wodemima mima mimamima denglu yonghu yonghuming guanli
guanliyuan chaojiguanliyuan ceshi kaishi laoshi xuesheng tongxue daxue nihao nihaoma xiexie zaijian baobei baobao laopo
laogong xiaoxiao tiantian kuaile shengri shengrikuaile xingfu facai gongxifacai jixiang pingan pinganjiankang
admin administrator root system manager operator support welcome letmein changeme default initial temp temporary secret
passwd password passcode login user guest test testing demo example qwe qwer qwert qwerty asdf asdfgh zxcvbn qazwsx
qweasd qweasdzxc iloveyou
密码 我的密码 登录 用户 管理员 超级管理员 测试 规培 规培生 住院 住院医 住院医师 医生 医师 护士 医院 基地 招生 招录 报名
志愿 师资 教学 科室 主任 秘书 山东 济南 齐鲁 中国 我爱你 我爱中国 你好 生日快乐 平安 健康 快乐
"""
_LEET = str.maketrans("@40135$7!", "aaoiess" + "ti")
_ROWS = ("abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm", "01234567890", "1qaz2wsx3edc4rfv5tgb")
_WORD = re.compile(r"[^\W\d_]+")


@cache
def listed() -> frozenset[str]:
    """The words and passwords of both lists, lower case."""
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # noqa: PLC0415  (a start need not load a megabyte of words)

    return frozenset(FREQUENCY_LISTS["passwords"]) | frozenset(_HERE.split())


def is_common(password: str) -> bool:
    """ID-27: would it be among the first guesses?

    True for a listed one; for one word of the list with whatever digits and signs before, between and after it, as
    often as it may come; with letters put as digits (`p@ssw0rd`); for a run along the alphabet, the digits or the
    keyboard; for a few characters over and over.
    """
    folded = password.casefold()
    known = listed()
    if folded in known or _is_repeated(folded) or _is_run(folded):
        return True
    bare = folded.rstrip("0123456789!@#$%^&*()_+-=.,?~ ")
    for spelled in (folded, bare, folded.translate(_LEET), bare.translate(_LEET)):
        words = set(_WORD.findall(spelled))
        if spelled in known or (len(words) == 1 and _unit(next(iter(words))) in known):
            return True
    return False


def _unit(word: str) -> str:
    """The shortest part that, over and over, makes `word`."""
    at = (word + word).find(word, 1)
    return word[:at]


def _is_repeated(text: str) -> bool:
    return len(_unit(text)) <= max(4, len(text) // 4) and len(_unit(text)) < len(text)


def _is_run(text: str) -> bool:
    """Every step goes to a neighbour on one row, forwards or backwards, but for at most two."""
    known = {pair for row in _ROWS for pair in (*pairwise(row), *pairwise(row[::-1]))}
    strange = sum((left, right) not in known and left != right for left, right in pairwise(text))
    return len(text) > 1 and strange <= 2
