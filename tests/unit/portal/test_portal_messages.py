"""Chinese and English say the same: nothing visible is unmarked, without English, said twice or no longer said."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

import polib
import pytest

from services.portal.i18n.language import CHINESE as ZH
from services.portal.i18n.language import ENGLISH, PROBLEM, REASON, SAID, TAGS, reason_text, said, speaking, tr
from tests.support.messages import CATALOGUE, CHINESE, PLACES, PORTAL, ROOT, catalogue, english_of, found
from tests.support.sentences import PLACE, capitals, made_by, nameless, reasons, sentences, strings

DATA = (ROOT / "deploy/provinces", ROOT / "services/faculty/data")
"""Names that come with the data we deliver."""
API = PORTAL / "api"
"""For programs: described in English, with the Chinese of the manuals where it helps; refusals as everywhere."""
CHINESE_IN_ENGLISH = ("中文", "军字第1234567号", "增加", "解聘", "消息免打扰")
"""Chinese that English readers have to see: the language's own name, and what documents and templates really hold."""
MANY = re.compile(r"\{n\} [a-z]+s\b")
"""English that can only be said of more than one."""

WHOLE, HELD = found(), catalogue()
SENTENCES, REASONS = sentences(), reasons()
ENTRIES = [(name, entry) for entries in HELD.values() for name, entry in entries]


def none_of(wrong: Iterable[str]) -> None:
    """Fail with all that is wrong, one a line."""
    lines = sorted(wrong)
    assert not lines, "\n".join(["", *lines])


def told(context: str) -> set[str]:
    """What the catalogue holds in one context, `{}` for each place."""
    return {nameless(text) for held, text in HELD if held == context}


def test_every_visible_text_is_marked() -> None:
    """I18N-01: whatever people see goes through the portal's language."""
    none_of(f"{each.place} {each.text[:60]}" for each in WHOLE.unmarked if API not in each.path.parents)


def test_every_message_has_english() -> None:
    """I18N-01: and English is there for it."""
    missing = [f"{each.place} {each.text}" for each in WHOLE.messages if ("", each.text) not in HELD]
    none_of(missing)
    none_of(entry.msgid for _, entry in ENTRIES if not all(english_of(entry)))


def test_both_languages_have_the_same_places() -> None:
    """I18N-03: what a sentence carries in Chinese it carries in English; only one of a thing need not be counted."""
    different = []
    for name, entry in ENTRIES:
        wanted = set(PLACES.findall(entry.msgid)) if entry.msgctxt != REASON else set()
        for number, text in enumerate(english_of(entry)):
            counted = {"n"} if entry.msgid_plural and number == 0 else set()
            if set(PLACES.findall(text)) | counted != wanted | counted:
                different.append(f"{name}: {entry.msgid} / {text}")
    none_of(different)


def test_english_is_english() -> None:
    """I18N-03: no Chinese is left in it, nor Chinese punctuation."""
    left = []
    for name, entry in ENTRIES:
        for text in english_of(entry):
            bare = text
            for allowed in CHINESE_IN_ENGLISH:
                bare = bare.replace(allowed, "")
            if CHINESE.search(bare) or re.search(r"[，。；：！？、（）《》【】]", bare):
                left.append(f"{name}: {text}")
    none_of(left)


def test_tags_stand_in_both_languages() -> None:
    """I18N-03: a link or emphasis inside a sentence is in both."""
    tags = re.compile(r"</?[a-z]+[^>]*>")
    wrong = [
        f"{name}: {text}"
        for name, entry in ENTRIES
        for text in english_of(entry)
        if sorted(tags.findall(entry.msgid)) != sorted(tags.findall(text))
    ]
    none_of(wrong)


def test_no_message_stands_twice() -> None:
    """I18N-03: one place for each message."""
    none_of(
        f"{', '.join(name for name, _ in entries)}: {context} {text}"
        for (context, text), entries in HELD.items()
        if len(entries) > 1
    )


def test_many_are_told_from_one() -> None:
    """I18N-03: where the English depends on how many, it has two forms of the same message."""
    counted = [entry for _, entry in ENTRIES if entry.msgctxt != SAID]
    wrong = [entry.msgid for entry in counted if not entry.msgid_plural and MANY.search(entry.msgstr)]
    wrong += [entry.msgid for _, entry in ENTRIES if entry.msgid_plural not in ("", entry.msgid)]
    wrong += [entry.msgid for _, entry in ENTRIES if entry.msgid_plural and len(english_of(entry)) != 2]
    wrong += [entry.msgid for _, entry in ENTRIES if entry.msgid_plural and "{n}" not in entry.msgid]
    none_of(wrong)


def test_no_message_is_kept_that_nobody_says() -> None:
    """I18N-03: what is no longer said goes."""
    shown, texts, codes = {each.text for each in WHOLE.messages}, strings(), capitals()
    codes |= {each.removesuffix(PLACE) for each in texts if re.fullmatch(r"[A-Z]+_\{\}", each)}
    data = "".join(path.read_text("utf-8") for folder in DATA for path in sorted(folder.rglob("*.yaml")))
    stale = []
    for (context, text), entries in HELD.items():
        if context == REASON:
            known = text in codes or re.sub(r"[0-9]+$", "", text) in codes
        elif context or any("kit" in entry.comment for _, entry in entries):
            known = text in shown or made_by(texts, text) or text in data
        else:
            known = text in shown
        stale += [] if known else [f"{entries[0][0]}: {context} {text}"]
    none_of(stale)


def test_every_reason_has_english() -> None:
    """I18N-02: whatever a service refuses with can be said in English, also a sentence that nobody foresaw."""
    held = told(REASON)
    none_of(f"{place} {reason}" for reason, place in REASONS.items() if reason not in held and not reason.endswith("_"))


def test_what_a_reason_cannot_tell_its_sentence_does() -> None:
    """I18N-02: figures, and one reason with several sentences, are said in English as exactly as in Chinese."""
    reasons_of, sentences_of = defaultdict(set), defaultdict(set)
    for each in SENTENCES:
        reasons_of[each.text].add(each.reason)
        sentences_of[each.reason].add(each.text)
    held = {text for context in {context for context, _ in HELD if context != REASON} for text in told(context)}
    none_of(
        f"{each.said.place} {each.text}"
        for each in SENTENCES
        if each.text not in held
        and ("{}" in each.text or "" in reasons_of[each.text] or len(sentences_of[each.reason]) > 1)
    )


@pytest.mark.parametrize("context", [SAID, PROBLEM])
def test_a_sentence_finds_its_own_english(context: str) -> None:
    """I18N-02: the figures go where they belong, and no sentence is taken for another."""
    wrong = []
    with speaking(ENGLISH):
        for (held, text), entries in HELD.items():
            if held != context:
                continue
            places = PLACES.findall(text)
            values = {name: f"A{number}" for number, name in enumerate(places)}
            wanted = english_of(entries[0][1])[0].format(**values)
            if said(text.format(**values)) != wanted:
                wrong.append(f"{text}: {said(text.format(**values))!r}, not {wanted!r}")
    none_of(wrong)


def test_a_refusal_is_told_by_its_sentence_else_by_its_reason_else_as_it_came() -> None:
    """I18N-02."""
    assert reason_text("SEAT_FULL", "名额没有了。") == "名额没有了。"
    with speaking(ENGLISH):
        assert reason_text("SEAT_FULL", "该专业的计划数已满。") == "All planned places of this specialty are taken."
        assert reason_text("SEAT_FULL", "名额没有了。") == "No place is left."
        assert reason_text("NOBODY_KNOWS", "没有人知道。") == "没有人知道。"
        two = said("现有资料不足，无法推算日期。另需补充“甲”、“乙”的材料或证明。")
        assert two == (
            "Too little is known to tell the day. Documents or attestations are still missing for: “甲”, “乙”."
        )


def test_one_of_a_thing_is_said_as_one() -> None:
    """I18N-03: the value called `n` decides."""
    message = "演练：1 天 = {n} 秒"
    with speaking(ENGLISH):
        assert [tr(message, n=n) for n in (1, 2)] == ["Rehearsal: 1 day = 1 second", "Rehearsal: 1 day = 2 seconds"]
    assert tr(message, n=2) == "演练：1 天 = 2 秒"


def test_scripts_say_the_same_in_both_languages() -> None:
    """I18N-01: the words of a script stand in one table for each language, with the same names, and nowhere else."""
    for script in sorted((PORTAL / "static").glob("*.js")):
        source = re.sub(r"^\s*//.*$", "", script.read_text("utf-8"), flags=re.MULTILINE)
        tables = dict(re.findall(r'^  "?([a-zA-Z-]+)"?: \{$(.*?)^  \},?$', source, re.M | re.S))
        outside = source
        for body in tables.values():
            outside = outside.replace(body, "")
        assert not CHINESE.search(outside), script.name
        if CHINESE.search(source):
            names = {tag: re.findall(r"(?:^\s*|, )(\w+): (?=[\"(])", body, re.M) for tag, body in tables.items()}
            assert set(names) == set(TAGS.values()), script.name
            assert len(names[TAGS[ENGLISH]]) > 5
            assert names[TAGS[ZH]] == names[TAGS[ENGLISH]], script.name
            assert not CHINESE.search(tables[TAGS[ENGLISH]]), script.name


def test_the_files_say_that_they_are_english() -> None:
    """I18N-03: a tool that opens them knows language, encoding and plural forms."""
    for path in sorted(CATALOGUE.glob("*.po")):
        metadata = polib.pofile(str(path), encoding="utf-8").metadata
        assert metadata["Language"] == "en", path.name
        assert metadata["Plural-Forms"] == "nplurals=2; plural=(n != 1);", path.name
        assert metadata["Content-Type"] == "text/plain; charset=UTF-8", path.name
