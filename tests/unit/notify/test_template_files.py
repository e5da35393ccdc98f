"""MSG-13, MSG-14 and MSG-15: every template in every language and channel, and what a file may not say."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kit.domain import DomainError
from services.notify.domain.channels import Channel, Priority
from services.notify.domain.kinds import NoticeKind
from services.notify.domain.samples import SAMPLES, sample_values
from services.notify.domain.shapes import LANGUAGES, Kept, Template, Value, Words
from services.notify.domain.template_files import TemplateBroken
from services.notify.domain.templates import (
    TEMPLATES,
    expiry_of,
    parse,
    read_values,
    render,
    render_for,
    values_as_text,
    wechat_fields,
)
from services.notify.settings import NotifySettings

CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
LINK = re.compile(r"https?:|://|www\.|\btoken\b|\.(cn|com|org)\b", re.IGNORECASE)
AT = datetime(2023, 7, 9, 16, 0, tzinfo=UTC)
LONGEST_TEXT_MESSAGE = 70
"""Chinese characters of which a gateway makes one message, the signature counted."""
LONGEST_IN_ENGLISH = 160

PROMPT = (NoticeKind.SECURITY, NoticeKind.APPLICATION, NoticeKind.REMINDER)
"""Kinds that reach a person by text message too."""
SAID_SHORTLY = {
    *("base", "specialty", "left", "state", "result", "cause", "role", "year", "round_name", "present"),
    *("at", "until", "closes_at"),
}
"""What a text message says: names of places and phases, our own words, dates. It lies open on a locked screen."""

every_template = pytest.mark.parametrize("template", TEMPLATES.values(), ids=lambda template: template.key)


def texts(words: Words) -> list[str]:
    return [words.title, *words.lines, *([words.sms] if words.sms else []), *words.wechat.values()]


def own_words(text: str) -> str:
    return re.sub(r"\{\w+\}", "", text)


@every_template
def test_msg_13_english_is_english_all_through(template: Template) -> None:
    english = template.words["en"]
    shown = [shown for terms in english.terms.values() for shown in terms.values()]
    assert not [text for text in (*texts(english), *shown) if CHINESE.search(own_words(text).replace("—", ""))]
    if not template.campaign:
        assert all(
            CHINESE.search(own_words(text)) for text in (template.words["zh"].title, template.words["zh"].sms or "中")
        )


@every_template
def test_msg_13_no_text_holds_a_link(template: Template) -> None:
    assert not [text for words in template.words.values() for text in texts(words) if LINK.search(text)]
    assert not {"url", "link", "token"} & set(template.parameters)


@every_template
def test_msg_13_every_template_can_be_looked_at(template: Template) -> None:
    values = sample_values(template)
    for language in LANGUAGES:
        for channel in (Channel.INBOX, *template.channels):
            text = render_for(template, channel, values, language)
            assert text.body
            assert bool(text.title) == (channel is not Channel.SMS)
            assert "{" not in text.title + text.body
            assert "\n" not in text.title
    assert template.channels >= {Channel.EMAIL}


def test_msg_13_a_sample_stands_for_every_parameter_and_for_nothing_else() -> None:
    assert set(SAMPLES) == {name for template in TEMPLATES.values() for name in template.parameters}
    template = TEMPLATES["review_digest"]
    assert sample_values(template, {"count": "7"}) == {"round": 1, "count": 7}
    for given_values in ({"counts": "7"}, {"count": "many"}):
        with pytest.raises(DomainError):
            sample_values(template, given_values)


@every_template
def test_msg_13_a_template_is_read_again_from_what_was_kept_of_it(template: Template) -> None:
    assert parse(template.source, template.key) == template


def test_msg_13_another_word_is_another_edition() -> None:
    template = TEMPLATES["application_admitted"]
    changed = parse(template.source.replace("体检、报到", "报到"), template.key)
    same_words = parse(template.source, "application_approved")
    editions = {template.edition, changed.edition, same_words.edition}
    assert len(editions) == 3
    assert len({one.edition for one in TEMPLATES.values()}) == len(TEMPLATES)
    assert "报到等事宜" in render_for(changed, Channel.INBOX, sample_values(changed)).body


FILE = """
kind = "reminder"
to = "person"
expires = "at"

[parameters]
base = "text"
remark = "remark"
count = "number"
at = "instant"

[zh]
title = "提醒"
lines = ["{base}：{count}", "备注：{remark}", "{at}"]
sms = "{base}"

[zh.wechat]
thing1 = "{base}"
time2 = "{at}"
number3 = "{count}"

[en]
title = "Reminder"
lines = ["{base}: {count}", "Remarks: {remark}", "{at}"]
sms = "{base}"

[en.wechat]
thing1 = "{base}"
time2 = "{at}"
number3 = "{count}"

[en.terms.base]
"一" = "one"
"""

BROKEN = {
    "a parameter that a language does not say": ('"{base}: {count}"', '"{base}"'),
    "a parameter that is not declared": ('"Remarks: {remark}"', '"Remarks: {remarks}"'),
    "a declared one that nobody says": ('base = "text"', 'base = "text"\nmore = "text"'),
    "a type that is none": ('count = "number"', 'count = "integer"'),
    "a kind that is none": ('kind = "reminder"', 'kind = "spam"'),
    "a reader that is none": ('to = "person"', 'to = "everybody"'),
    "no kind": ('kind = "reminder"', ""),
    "a key that nobody knows": ('to = "person"', 'to = "person"\nsubject = "x"'),
    "no English": ("[en]", "[fr]"),
    "no title": ('title = "Reminder"', 'title = ""'),
    "no lines": ('lines = ["{base}: {count}", "Remarks: {remark}", "{at}"]', "lines = []"),
    "a parameter in a title": ('title = "Reminder"', 'title = "Reminder {base}"'),
    "a value looked into": ('"Remarks: {remark}"', '"Remarks: {remark.__class__}"'),
    "a value formatted": ('"Remarks: {remark}"', '"Remarks: {remark:>9}"'),
    "a value converted": ('"Remarks: {remark}"', '"Remarks: {remark!r}"'),
    "braces left open": ('"Remarks: {remark}"', '"Remarks: {remark"'),
    "a text message in one language only": ('sms = "{base}"\n\n[en.wechat]', "[en.wechat]"),
    "a text message of something unknown": ('sms = "{base}"', 'sms = "{place}"'),
    "a remark in a text message": ('sms = "{base}"', 'sms = "{remark}"'),
    "other fields in one language": ('number3 = "{count}"\n\n[en.terms', 'number4 = "{count}"\n\n[en.terms'),
    "a field that the platform has not": ('thing1 = "{base}"', 'word1 = "{base}"'),
    "a time that says more": ('time2 = "{at}"', 'time2 = "until {at}"'),
    "a number that is a text": ('number3 = "{count}"', 'number3 = "{base}"'),
    "an end that is no instant": ('expires = "at"', 'expires = "base"'),
    "an end before the beginning": ('to = "person"', 'to = "person"\nkeeps_days = -1'),
    "a day in words": ('to = "person"', 'to = "person"\nkeeps_days = "3"'),
    "yes in words": ('to = "person"', 'to = "person"\ncampaign = "yes"'),
    "terms for a number": ("[en.terms.base]", "[en.terms.count]"),
    "terms for nobody": ("[en.terms.base]", "[en.terms.place]"),
    "no TOML": ("[zh]", "[zh"),
}


def test_msg_13_a_file_that_fits_together_is_read() -> None:
    template = parse(FILE, "sample")
    assert (template.kind, template.priority, template.to) == (NoticeKind.REMINDER, Priority.REMINDER, "person")
    assert template.channels == {Channel.INBOX, Channel.EMAIL, Channel.SMS, Channel.WECHAT}
    assert (template.keeps_days, template.campaign, template.in_inbox) == (3, False, True)


@pytest.mark.parametrize("change", BROKEN.values(), ids=BROKEN)
def test_msg_13_a_file_that_does_not_fit_together_is_refused(change: tuple[str, str]) -> None:
    assert FILE.count(change[0]) >= 1
    with pytest.raises(TemplateBroken, match="sample"):
        parse(FILE.replace(*change), "sample")


def test_msg_13_a_campaign_gives_way_to_everything_and_an_organisation_has_a_webhook() -> None:
    assert TEMPLATES["calendar_changed_applicants"].priority is Priority.CAMPAIGN
    assert TEMPLATES["security_new_device"].priority is Priority.SECURITY
    assert TEMPLATES["application_approved"].priority is Priority.DECISION
    assert TEMPLATES["review_digest"].channels == {Channel.INBOX, Channel.EMAIL, Channel.WEBHOOK, Channel.WECHAT}
    assert TEMPLATES["address_code"].channels == {Channel.EMAIL}


def test_msg_13_a_reader_of_english_reads_what_notify_says_in_english() -> None:
    values: dict[str, Value] = {"base": "齐鲁医院", "specialty": "内科", "submitted_at": AT, "state": "待审核"}
    text = render("application_submitted", values, "en")
    assert text.title == "Application submitted"
    assert text.body.splitlines()[1:] == [
        "Training base: 齐鲁医院",
        "Specialty: 内科",
        "Submitted: 00:00 on 10 July 2023",
        "Status: awaiting review",
    ]
    assert "Status: 待定" in render("application_submitted", {**values, "state": "待定"}, "en").body


@pytest.mark.parametrize(
    ("forecast", "shown"),
    [
        ("按本轮目前的审核进度，截止时预计仍有12份未审核。", "Forecast: at the present pace, 12 will still"),
        ("按本轮目前的审核进度，预计能在截止前审核完。", "Forecast: at the present pace, all will"),
        ("按本轮目前的审核进度，截止时预计仍有不少份未审核。", "Forecast: 按本轮目前"),
        ("仍有12份", "Forecast: 仍有12份"),
    ],
)
def test_msg_13_a_term_may_hold_a_number(forecast: str, shown: str) -> None:
    values: dict[str, Value] = {"round_name": "一志愿", "count": 3, "deadline": AT, "forecast": forecast}
    assert render("window_digest", values, "en").body.splitlines()[1].startswith(shown)


@every_template
def test_msg_13_values_are_written_down_in_one_way(template: Template) -> None:
    values = sample_values(template)
    written = values_as_text(template.key, values)
    assert read_values(template.key, written) == values
    assert values_as_text(template.key, read_values(template.key, written)) == written


def test_msg_13_an_instant_is_written_down_in_utc() -> None:
    beijing = AT.astimezone(datetime.fromisoformat("2023-07-10T00:00:00+08:00").tzinfo)
    assert values_as_text("security_other", {"at": beijing}) == {"at": "2023-07-09T16:00:00+00:00"}
    with pytest.raises(DomainError):
        values_as_text("security_other", {"at": AT.replace(tzinfo=None)})


@every_template
def test_msg_14_a_text_message_is_one_and_says_names_and_dates_only(template: Template) -> None:
    person = template.to == "person"
    assert bool(template.words["zh"].sms) == (
        person and (template.kind in PROMPT or "text" not in template.parameters) and template.in_inbox
    )
    if not template.words["zh"].sms:
        return
    values = sample_values(template)
    signature = f"【{NotifySettings.model_fields['sender_name'].default}】"
    assert len(signature + render_for(template, Channel.SMS, values).body) <= LONGEST_TEXT_MESSAGE
    assert len(render_for(template, Channel.SMS, values, "en").body) <= LONGEST_IN_ENGLISH
    for words in template.words.values():
        assert set(re.findall(r"\{(\w+)\}", words.sms)) <= SAID_SHORTLY


@every_template
def test_msg_14_every_text_of_the_official_account_fits(template: Template) -> None:
    assert bool(template.words["zh"].wechat) == template.in_inbox
    values = sample_values(template)
    for language in LANGUAGES:
        fields = wechat_fields(template, values, language)
        assert not [text for text in fields.values() if "…" in text]
        for name, text in fields.items():
            if name.startswith("time"):
                assert re.fullmatch(r"\d{4}年\d{1,2}月\d{1,2}日 \d\d:\d\d", text)


def test_msg_14_few_templates_of_the_official_account_are_enough() -> None:
    """An account may have 25; those with the same fields share one."""
    shapes = {tuple(template.words["zh"].wechat) for template in TEMPLATES.values() if template.words["zh"].wechat}
    assert shapes == {
        ("thing1", "thing2"),
        ("thing1", "time2"),
        ("thing1", "thing2", "thing3"),
        ("thing1", "thing2", "thing3", "time4"),
    }


@given(base=st.text(max_size=60).filter(lambda text: text.strip()), present=st.text(max_size=60))
def test_msg_14_whatever_is_written_the_platform_takes_it(base: str, present: str) -> None:
    found = wechat_fields(TEMPLATES["application_approved"], {"base": base, "specialty": "\n内\t科\n", "remark": ""})
    assert found["thing2"] == "内 科"
    assert 1 <= len(found["thing1"]) <= 20
    template = parse(FILE.replace('thing1 = "{base}"', 'thing1 = "{remark}"'), "sample")
    fields = wechat_fields(template, {"base": base, "remark": present, "count": 3, "at": AT}, "en")
    assert fields["number3"] == "3"
    assert fields["time2"] == "2023年7月9日 23:59"
    assert 1 <= len(fields["thing1"]) <= 20
    assert "\n" not in fields["thing1"]
    if not present.strip():
        assert fields["thing1"] == "—"


def test_msg_15_what_asks_for_something_in_time_ends_with_that_time() -> None:
    ends = {template.key: template.expires for template in TEMPLATES.values() if template.expires}
    assert ends == {
        "application_offered": "until",
        "application_unlocked": "until",
        "fix_reminder": "until",
        "registration_closing": "closes_at",
        "campaign_round_open": "closes_at",
        "milestone_reminder": "at",
        "window_digest": "deadline",
        "verification_reminder": "closes_at",
        "faculty_batch_opened": "until",
        "candidacy_draft_reminder": "until",
        "candidacies_undecided": "until",
        "appointment_term_ending": "until",
        "review_due": "until",
    }
    reminders = {template.key for template in TEMPLATES.values() if template.kind is NoticeKind.REMINDER}
    assert reminders <= set(ends)


def test_msg_15_an_end_is_named_or_lies_some_days_after_the_release() -> None:
    reminder, verdict = TEMPLATES["registration_closing"], TEMPLATES["application_approved"]
    closes_at = AT + timedelta(hours=5)
    assert expiry_of(reminder, {"closes_at": closes_at}, AT) == closes_at
    assert expiry_of(reminder, {"closes_at": closes_at}, AT + timedelta(days=9)) == closes_at
    assert expiry_of(verdict, sample_values(verdict), AT) == AT + timedelta(days=3)
    kept = parse(FILE.replace('to = "person"', 'to = "person"\nkeeps_days = 0').replace('expires = "at"', ""), "sample")
    assert expiry_of(kept, sample_values(verdict), AT) is None


def test_msg_15_where_the_instant_may_be_missing_the_days_count() -> None:
    source = FILE.replace('at = "instant"', 'at = "when"').replace('time2 = "{at}"', 'thing2 = "{at}"')
    template = parse(source, "sample")
    assert template.parameters["at"] is Kept.WHEN
    values: dict[str, Value] = {"base": "一", "remark": "", "count": 1, "at": ""}
    assert expiry_of(template, values, AT) == AT + timedelta(days=3)
    assert expiry_of(template, {**values, "at": AT}, AT) == AT


@pytest.mark.parametrize(
    ("closes_at", "chinese", "english", "shortly", "platform"),
    [
        (AT, "2023年7月9日 24:00", "24:00 on 9 July 2023", "7月9日 24:00", "2023年7月9日 23:59"),
        (
            AT + timedelta(minutes=1),
            "2023年7月10日 00:01",
            "00:01 on 10 July 2023",
            "7月10日 00:01",
            "2023年7月10日 00:01",
        ),
        (
            datetime(2023, 12, 31, 16, tzinfo=UTC),
            "2023年12月31日 24:00",
            "24:00 on 31 December 2023",
            "12月31日 24:00",
            "2023年12月31日 23:59",
        ),
        (
            datetime(2024, 1, 1, 9, 5, tzinfo=UTC),
            "2024年1月1日 17:05",
            "17:05 on 1 January 2024",
            "1月1日 17:05",
            "2024年1月1日 17:05",
        ),
    ],
)
def test_msg_15_the_end_of_a_day_is_said_as_its_24_o_clock(
    closes_at: datetime, chinese: str, english: str, shortly: str, platform: str
) -> None:
    template, values = TEMPLATES["registration_closing"], {"closes_at": closes_at}
    assert render(template.key, values).body.splitlines()[1] == f"报名截止：{chinese}"
    assert render(template.key, values, "en").body.splitlines()[1] == f"Registration closes: {english}"
    assert f"报名于{shortly}截止" in render_for(template, Channel.SMS, values).body
    assert wechat_fields(template, values, "en")["time2"] == platform


def test_msg_15_what_begins_at_midnight_begins_on_its_day() -> None:
    values: dict[str, Value] = {"round_name": "二志愿", "opens_at": AT, "closes_at": AT + timedelta(days=10)}
    assert render("campaign_round_open", values).body.splitlines()[1:3] == [
        "开放时间：2023年7月10日 00:00",
        "截止时间：2023年7月19日 24:00",
    ]
