"""The English mirror: every page of every audience in English, without leaving `/en`, with nothing Chinese but data."""

from __future__ import annotations

from urllib.parse import urlsplit

import httpx
import pytest

from services.kit.domain import DomainError, Kind
from tests.e2e.portal.test_portal_browser import pages
from tests.integration.portal.test_portal_pages import PAGES
from tests.support.portal_english import Seen, as_it_is, chinese_left
from tests.support.portal_samples import fill
from tests.support.portal_story import DOSSIER, keyed, submitted
from tests.support.portal_upstream import ORIGIN, Upstream

NO_LANGUAGE = ("/static/", "/api/", "/captcha/", "/callbacks/")
NOTICE = ("一则通知", "通知的正文。")
AUDIENCES = sorted(set(PAGES) | set(pages("")))


def of_mirror(address: str) -> bool:
    """Whether an address of a page stays in English, or has no language."""
    path = urlsplit(address).path
    return path == "/en" or path.startswith(("/en/", *NO_LANGUAGE))


async def both(browser: httpx.AsyncClient, path: str) -> tuple[httpx.Response, httpx.Response]:
    """The same page in Chinese and in English."""
    return await browser.get(path), await browser.get(f"/en{path}")


def paths_of(login: str, application: str) -> list[str]:
    """All addresses that an audience looks at."""
    return list(dict.fromkeys([*PAGES.get(login, []), *pages(application).get(login, [])]))


@pytest.mark.parametrize("login", AUDIENCES)
async def test_every_page_has_a_mirror_that_stays_english(upstream: Upstream, login: str) -> None:
    """I18N-04: same status, declared language, a way to the other language and back, and links that stay."""
    application = await submitted(upstream)
    fill(upstream)
    async with upstream.browser(login) as browser:
        for path in paths_of(login, application):
            chinese, english = await both(browser, path)
            assert (chinese.status_code, english.status_code) == (200, 200), (path, english.text[:2000])
            theirs, ours = Seen.of(chinese.text), Seen.of(english.text)
            assert (theirs.lang, ours.lang) == ("zh-CN", "en"), path
            assert chinese.headers["content-language"] == "zh-CN"
            assert english.headers["content-language"] == "en"
            assert theirs.other == ("en", f"{ORIGIN}/en{path}"), path
            assert ours.other == ("zh-CN", f"{ORIGIN}{path}"), path
            assert [each for each in ours.leads if not of_mirror(each)] == [], path
            assert [each for each in theirs.leads if each.startswith("/en/")] == [], path
            unmirrored = [each.removeprefix("/en") for each in ours.leads]
            assert sorted(set(unmirrored)) == sorted(set(theirs.leads)), path


@pytest.mark.parametrize("login", AUDIENCES)
async def test_nothing_chinese_is_left_but_data(upstream: Upstream, login: str) -> None:
    """I18N-05: what remains in Chinese was made up by the stand-ins: names of people and places, remarks."""
    application = await submitted(upstream)
    upstream.notify.write(*NOTICE)
    fill(upstream)
    left: list[str] = []
    async with upstream.browser(login) as browser:
        for path in paths_of(login, application):
            page = await browser.get(f"/en{path}")
            left += [f"{path}: {text[:160]}" for text in chinese_left(page.text, *NOTICE, *as_it_is(path))]
    assert not left, "\n".join(["", *dict.fromkeys(left)])


async def test_what_is_done_in_english_ends_in_english(upstream: Upstream) -> None:
    """I18N-04: from the first form to the submission, every redirect stays below /en."""
    async with upstream.browser("applicant") as browser:
        answers = [await browser.post("/en/application/start", data=keyed())]
        for section, body in DOSSIER.items():
            answers.append(await browser.post(f"/en/application/sections/{section}", data=keyed(**body)))
        choice = keyed(base_code="SD-QILU", specialty_code="0100", accepts_reallocation="yes")
        answers.append(await browser.post("/en/application/choice", data=choice))
        answers.append(await browser.post("/en/application/check", data=keyed()))
        for answer in answers:
            assert answer.status_code == 303, answer.text
            assert answer.headers["location"].startswith("/en/"), answer.headers["location"]
        own = await browser.get(answers[-1].headers["location"])
        assert own.status_code == 200
        assert "Submission 1" in own.text or "submission 1" in own.text
        assert "待审核" in (await browser.get("/application")).text


async def test_a_refused_form_is_told_in_english_and_keeps_what_was_typed(upstream: Upstream) -> None:
    """I18N-02, I18N-04."""
    async with upstream.browser("applicant") as browser:
        await browser.post("/application/start", data=keyed())
        typed = keyed(sex="female", mobile="not a number", email="typed@example.org")
        refused = await browser.post("/en/application/sections/basic", data=typed)
        assert refused.status_code == 422
        assert 'href="#mobile"' in refused.text
        assert 'value="typed@example.org"' in refused.text
        assert 'action="/en/application/sections/basic"' in refused.text
        assert chinese_left(refused.text) == []
        incomplete = await browser.post("/en/application/check", data=keyed())
        assert incomplete.status_code == 422
        assert 'href="/en/application/sections/education#school"' in incomplete.text
        assert chinese_left(incomplete.text) == []


@pytest.mark.parametrize("kind", list(Kind))
async def test_every_kind_of_error_is_told_in_english(upstream: Upstream, kind: Kind) -> None:
    """I18N-02: the error page, its title, and the form that it carries."""
    upstream.selection.answers["GetWaitingList"] = upstream.selection.answers["GetScores"] = DomainError(
        kind, "SEAT_FULL", "一句没有人见过的话。"
    )
    upstream.plans.answers["GetPolicy"] = DomainError(kind, "SEAT_FULL", "一句没有人见过的话。")
    async with upstream.browser("province") as browser:
        page = await browser.get("/en/province/policy")
        if kind is Kind.UNAUTHENTICATED:
            assert page.headers["location"].startswith("/en/sign-in?next=/province/policy")
            return
        assert page.status_code >= 400
        assert Seen.of(page.text).lang == "en"
        assert chinese_left(page.text) == []
        assert "No place is left." in page.text or kind is Kind.INTERNAL


async def test_refusals_of_the_portal_itself_are_english(upstream: Upstream) -> None:
    """I18N-02: unknown pages, other methods, forms from elsewhere, too much at once, other roles."""
    async with upstream.browser("applicant") as browser:
        answers = [
            (404, await browser.get("/en/no-such-page")),
            (405, await browser.put("/en/account")),
            (403, await browser.post("/en/account/password", headers={"sec-fetch-site": "cross-site"})),
            (422, await browser.post("/en/application/check", content=b"x" * 300_000)),
            (403, await browser.get("/en/base")),
        ]
        for status, answer in answers:
            assert answer.status_code == status, answer.text
            assert answer.headers["content-language"] == "en"
            assert chinese_left(answer.text) == []
            assert [each for each in Seen.of(answer.text).leads if not of_mirror(each)] == []
    async with upstream.browser() as browser:
        answer = await browser.get("/en/application/check")
        assert answer.headers["location"] == "/en/sign-in?next=/application/check"
        ended = await browser.post("/en/application/sections/education", data=keyed(school="Shandong"))
        assert ended.status_code == 401
        assert 'action="/en/application/sections/education"' in ended.text
        assert 'value="Shandong"' in ended.text
        assert chinese_left(ended.text) == []


async def test_the_address_decides_the_language_and_nothing_else(upstream: Upstream) -> None:
    """I18N-06: /en is the mirror; what only looks like it, and what has no language, is not."""
    async with upstream.browser() as browser:
        for path in ("/en", "/en/", "/en?next=/board", "/%65n/", "/en/board?base_code=SD-QILU&specialty_code=0100"):
            page = await browser.get(path)
            assert (page.status_code, Seen.of(page.text).lang) == (200, "en"), path
        for path in ("/english", "/enx/board", "/EN/board"):
            page = await browser.get(path)
            assert (page.status_code, Seen.of(page.text).lang) == (404, "zh-CN"), path
        for path in ("/en/api/v1/cycles", "/en/static/portal.css", "/en/live", "/en/callbacks/x"):
            assert (await browser.get(path)).status_code == 404, path
        for path in (
            "/en/en",
            "/en/en/board",
            "/en//",
            "/en//example.org",
            "/en/%2f%2fexample.org",
            "/en/\\example.org",
        ):
            page = await browser.get(path)
            assert page.status_code == 404, path
            assert "location" not in page.headers
            assert not any(each.startswith(("//", "/\\")) for each in Seen.of(page.text).leads), path
        chinese = await browser.get("/board", headers={"accept-language": "en"})
        assert Seen.of(chinese.text).lang == "zh-CN"
        english = await browser.get("/en/board", headers={"accept-language": "zh-CN"})
        assert Seen.of(english.text).lang == "en"
        forged = await browser.get("/board", headers={"x-forwarded-prefix": "/en", "content-language": "en"})
        assert Seen.of(forged.text).lang == "zh-CN"


@pytest.mark.parametrize(
    "onward", ["//example.org", "https://example.org/", "/\\example.org", "/en//example.org", "//[a"]
)
async def test_nobody_is_sent_elsewhere(upstream: Upstream, onward: str) -> None:
    """I18N-06: what a sign-in goes on to is a page of ours, in the language in which somebody signed in."""
    async with upstream.browser() as browser:
        form = keyed(login="applicant", password="x", next=onward)
        page = await browser.get("/en/sign-in", params={"next": onward})
        assert page.status_code == 200
        answer = await browser.post("/en/sign-in", data=form)
        location = answer.headers.get("location", "/en/")
        assert urlsplit(location).netloc == ""
        assert location.startswith("/en/")
        assert not location.startswith(("//", "/\\"))


async def test_query_strings_and_tabs_stay(upstream: Upstream) -> None:
    """I18N-04: filters are kept on the way to the other language; the tab on which one is stays marked."""
    await submitted(upstream)
    fill(upstream)
    async with upstream.browser("applicant") as browser:
        page = await browser.get("/en/messages?kind=application&unread=yes")
        assert Seen.of(page.text).other == ("zh-CN", f"{ORIGIN}/messages?kind=application&unread=yes")
        for login, path in (("applicant", "/account"), ("reviewer", "/base/scores"), ("teacher", "/faculty/contact")):
            async with upstream.browser(login) as other:
                chinese, english = await both(other, path)
                assert chinese.text.count('aria-current="page"') == english.text.count('aria-current="page"') > 0, path
    async with upstream.browser("teaching") as browser:
        chinese, english = await both(browser, "/teaching/batches")
        assert chinese.text.count("aria-current") == english.text.count("aria-current")


async def test_two_readers_at_once_read_their_own_language(upstream: Upstream) -> None:
    """I18N-06: the language belongs to one request; what is remembered between requests knows of it."""
    async with upstream.browser() as browser:
        for _ in range(2):
            chinese, english = await both(browser, "/board")
            assert "招录一览" in chinese.text
            # What the province names in Chinese only is kept for each language by itself, too.
            assert ("内科" in chinese.text, "Internal medicine" in chinese.text) == (True, False)
            assert ("内科" in english.text, "Internal medicine" in english.text) == (False, True)
            assert chinese_left(english.text) == []
