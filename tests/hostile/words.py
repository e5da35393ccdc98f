"""Values that break things: what every door is fed in the place of an honest text, number or document."""

from __future__ import annotations

import random

MARK_NAME, MARK_MOBILE, MARK_DOCUMENT = "贺霆敌壹", "14500979753", "370098198807215318"
"""A person who exists in hostile inputs only: wherever these turn up outside an answer to the sender, they leaked."""
LONG = "长" * 5000
MEGABYTE = "a" * 1_000_000
TEXTS = (
    *("", " ", "\u3000", "\x00", "a\x00b", "\ufeff", "\u200b\u200e\u202e", "\ud7ff\U0010ffff", "\r\nSet-Cookie: a=b"),
    *("'", "'; DROP TABLE person; --", '"', "%", "%s%n", "\\", "${jndi:ldap://x}", "{{7*7}}", "{0.__class__}"),
    *("<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "]]>", "&lt;", "javascript:alert(1)"),
    *("../../../etc/passwd", "/etc/passwd", "file:///etc/passwd", "http://169.254.169.254/", "\\\\host\\share"),
    *("=1+1", "@SUM(A1)", "+1", "-1", "|cmd", "\t=1", "０１２３", "①", "Ａ", "ſ", "İ", "ß", "\u0301" * 200, "👩‍👩‍👧‍👦"),
    *("𠮷野家", "阿不都·热合曼", "null", "None", "undefined", "true", "NaN", "-0", "1e400", "9" * 400, "0x10", "1_000"),
    *("2026-02-30", "0000-00-00", "9999-12-31", "10000-01-01", "2026-13-01T00:00:00Z", "-1-01-01"),
    *("00000000-0000-0000-0000-000000000000", "0190f0f0-0000-7000-8000-00000000zzzz", "{" * 50, "[" * 50, LONG),
)
NUMBERS = (0, -1, 1, 2**31 - 1, -(2**31), 2**31, 2**32 - 1, 2**32, 2**53 + 1, 2**63 - 1, 2**63, 2**64, -(2**63), 10**30)
FLOATS = (0.0, -0.0, 1e-320, 1e308, -1e308, float("inf"), float("-inf"), float("nan"), 0.1 + 0.2)


def text(chance: random.Random) -> str:
    """One of the texts above, or one of letters from anywhere."""
    if chance.random() < 0.8:
        return chance.choice(TEXTS)
    return "".join(_letter(chance) for _ in range(chance.randrange(1, 40)))


def _letter(chance: random.Random) -> str:
    code = chance.choice((0x20, 0x80, 0x3000, 0x4E00, 0x1F300, 0x20000)) + chance.randrange(0, 0x200)
    return chr(code)


def value(chance: random.Random, depth: int = 2) -> object:
    """Any value that JSON can carry (NaN and infinities apart)."""
    kind = chance.randrange(8 if depth else 5)
    match kind:
        case 0:
            return chance.choice(NUMBERS)
        case 1:
            return chance.choice((None, True, False))
        case 2:
            return chance.choice(FLOATS[:5])
        case 3 | 4:
            return text(chance)
        case 5:
            return [value(chance, depth - 1) for _ in range(chance.randrange(4))]
        case _:
            return {text(chance)[:40]: value(chance, depth - 1) for _ in range(chance.randrange(4))}
