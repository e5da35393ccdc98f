"""SCAN-05: a browser in words, out of what it calls itself."""

from __future__ import annotations

UNKNOWN = "未知浏览器"

_BROWSERS = (
    ("MicroMessenger", "微信"),
    ("DingTalk", "钉钉"),
    ("AliApp", "支付宝"),
    ("HuaweiBrowser", "华为浏览器"),
    ("MiuiBrowser", "小米浏览器"),
    ("QQBrowser", "QQ 浏览器"),
    ("UCBrowser", "UC 浏览器"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
"""Mark and name, special ones first: almost every browser also calls itself Chrome and Safari."""

_SYSTEMS = (
    ("iPhone", "iPhone 手机"),
    ("iPad", "iPad 平板"),
    ("HarmonyOS", "鸿蒙设备"),
    ("OpenHarmony", "鸿蒙设备"),
    ("Windows", "Windows 电脑"),
    ("Macintosh", "Mac 电脑"),
    ("CrOS", "Chromebook 电脑"),
    ("Linux", "Linux 电脑"),
)


def in_words(user_agent: str) -> str:
    """Words a person recognises: `Chrome，Windows 电脑`; what is not recognised is left out, or called unknown.

    Nothing of the input is repeated, so that a browser cannot speak to the person who is to confirm.
    """
    browser = _first(_BROWSERS, user_agent)
    if "Android" in user_agent:
        system = "安卓手机" if "Mobile" in user_agent else "安卓平板"
    else:
        system = _first(_SYSTEMS, user_agent)
    return "，".join(word for word in (browser, system) if word) or UNKNOWN


def _first(table: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((name for mark, name in table if mark in user_agent), "")
