"""What is packed, what never is, and what a reader who has it already is told."""

from __future__ import annotations

import gzip
import re

import pytest

from tests.support.portal_catalogue import CYCLE, QILU
from tests.support.portal_upstream import Upstream

BOARD = f"/cycles/{CYCLE}/board"
FIRST_LOAD_BYTES = 150 * 1024


@pytest.mark.parametrize(
    ("login", "site", "packed"),
    [
        ("applicant", "same-origin", True),
        ("applicant", "none", True),
        ("applicant", "cross-site", False),
        ("applicant", "same-site", False),
        ("applicant", "", False),  # an old browser does not say
        ("", "cross-site", True),
        ("", "", True),
    ],
)
# PUB-12
async def test_no_other_site_learns_from_the_size_of_a_page(
    upstream: Upstream, login: str, site: str, packed: bool
) -> None:
    async with upstream.browser(login) as browser:
        browser.headers.pop("sec-fetch-site")
        answer = await browser.get("/", headers={"sec-fetch-site": site} if site else {})
        assert answer.status_code == 200
        assert (answer.headers.get("content-encoding") == "gzip") is packed
        assert "首页" in answer.text
        assert answer.headers["cache-control"] == "no-store"


async def test_programs_get_packed_answers_and_small_ones_stay(upstream: Upstream) -> None:
    async with upstream.program("applicant") as program:
        assert (await program.get("/cycles")).headers["content-encoding"] == "gzip"
        assert "content-encoding" not in (await program.get("/nope")).headers
        plain = await program.get("/cycles", headers={"accept-encoding": "identity"})
        assert "content-encoding" not in plain.headers


async def test_static_files_are_packed_once_for_whoever_takes_that(upstream: Upstream) -> None:
    async with upstream.browser() as browser:
        found = re.search(r"/static/portal\.[0-9a-f]{12}\.css", (await browser.get("/")).text)
        assert found is not None
        packed = await browser.get(found.group())
        plain = await browser.get(found.group(), headers={"accept-encoding": "identity"})
        assert packed.headers["content-encoding"] == "gzip"
        assert packed.headers["vary"] == plain.headers["vary"] == "accept-encoding"
        assert "content-encoding" not in plain.headers
        assert packed.text == plain.text
        assert int(packed.headers["content-length"]) < int(plain.headers["content-length"]) / 2


@pytest.mark.parametrize("path", ["/", "/board", "/sign-in", "/register", "/en/board"])
async def test_the_first_load_of_a_page_is_small(upstream: Upstream, path: str) -> None:
    """PUB-13."""
    async with upstream.browser() as browser:
        page = await browser.get(path)
        size = len(gzip.compress(page.content))
        for source in set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text)):
            size += int((await browser.get(source)).headers["content-length"])
        assert 0 < size < FIRST_LOAD_BYTES


async def test_whoever_has_the_counts_of_the_board_is_told_so(
    upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with upstream.program() as program:
        first = await program.get(BOARD)
        again = await program.get(BOARD)
        assert again.headers["cache-control"] == "no-cache"
        assert again.headers["content-encoding"] == "gzip"
        assert again.json()["rows"] == first.json()["rows"]
        had = {"if-none-match": again.headers["etag"]}
        upstream.portal.boards.stale()  # read anew: the instant differs, the counts do not
        told = await program.get(BOARD, headers=had)
        assert (told.status_code, told.content, told.headers["etag"]) == (304, b"", again.headers["etag"])
        monkeypatch.setitem(QILU, "0100", (71, 39, 0))
        upstream.portal.boards.stale()
        changed = await program.get(BOARD, headers=had)
        assert changed.status_code == 200
        assert changed.headers["etag"] != again.headers["etag"]
