"""I18N-04: which addresses of a page lead to the mirror; and what people typed stays text in both languages."""

from __future__ import annotations

from html import escape

import pytest

from services.portal.edge.languages import mirrored_links, mirrored_path
from services.portal.i18n.language import CHINESE, ENGLISH, speaking
from services.portal.page import _sentence_with_tags

LEADS = (
    ("a", "href"),
    ("form", "action"),
    ("button", "formaction"),
    ("section", "data-src"),
    ("button", "data-swap-from"),
    ("select", "data-refresh"),
    ("form", "data-draft"),
    ("div", "data-poll"),
)


@pytest.mark.parametrize(("tag", "name"), LEADS)
def test_i18n_04_whatever_leads_on_leads_to_the_mirror(tag: str, name: str) -> None:
    for path in ("/", "/board?base_code=A&amp;x=1", "/english", "/live-day"):
        page = f'<{tag} class="x" {name}="{path}">'
        mirrored = path if mirrored_path(path) == path else f"/en{path}"
        assert mirrored_links(page) == f'<{tag} class="x" {name}="{mirrored}">'
    for path in (
        "/en",
        "/en/board",
        "/en?x",
        "/api/v1/cycles",
        "/static/portal.css",
        "//example.org",
        "https://x/",
        "#a",
    ):
        page = f'<{tag} {name}="{path}">'
        assert mirrored_links(page) == page
        assert mirrored_path(path) == path


def test_i18n_05_what_somebody_typed_is_not_touched() -> None:
    typed = """see <a href="/board"> or action='/x' and href="/board\""""
    for page in (
        f"<p>{escape(typed)}</p>",
        f'<input value="{escape(typed)}">',
        f"<textarea>{escape(typed)}</textarea>",
    ):
        assert mirrored_links(page) == page
    for page in ('<input name="next" value="/board">', '<p data-live="/board">', '<input value=" href=/board">'):
        assert mirrored_links(page) == page


@pytest.mark.parametrize("spoken", [CHINESE, ENGLISH])
def test_what_fills_a_sentence_with_tags_is_text(spoken: str) -> None:
    """The tags are the template's; a name that looks like one stays a name."""
    sentence = '您现在的身份是{role}。如有其他身份，可<a href="/choose-hat">更换身份</a>。'  # no-message: of a template
    with speaking(spoken):
        told = _sentence_with_tags(sentence, role="<b>&")
    assert "&lt;b&gt;&amp;" in told
    assert '<a href="/choose-hat">' in told
