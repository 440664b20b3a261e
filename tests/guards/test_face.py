"""The face keeps its promises: strict CSP, readable contrast, escaped text, words of the reader's locale."""

import ast
import re
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SHEETS = sorted((ROOT / "static" / "css").glob("*.css"))
WORDED = {path.name for path in (ROOT / "templates" / "parts").glob("*.html") if "_(" in path.read_text("utf-8")}

RENDERING = ("render_template", "page", "_page")

# Text on its ground, by token.
READABLE = [
    ("ink", "paper"),
    ("ink", "wash"),
    ("ink-2", "paper"),
    ("ink-2", "wash"),
    ("ink-2", "wash-2"),
    ("ink-2", "grey-w"),
    ("blue", "paper"),
    ("blue", "wash"),
    ("blue", "blue-w"),
    ("blue-2", "blue-w"),
    ("tag-ink", "tag"),
    ("ink", "tag-w"),
    ("red", "paper"),
    ("red", "red-w"),
    ("green", "paper"),
    ("green", "green-w"),
    ("amber", "paper"),
    ("amber", "amber-w"),
    ("paper", "blue"),
    ("paper", "blue-2"),
    ("tag", "blue-3"),
]


def tokens() -> dict[str, str]:
    text = (ROOT / "static" / "css" / "tokens.css").read_text("utf-8")
    short = dict(re.findall(r"--([a-z0-9-]+): #([0-9a-f]{3,6});", text))
    return {name: value if len(value) == 6 else "".join(c * 2 for c in value) for name, value in short.items()}


def luminance(colour: str) -> float:
    parts = (int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4))
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize(("text", "ground"), READABLE)
def test_text_on_its_ground_has_a_contrast_of_at_least_four_and_a_half(text: str, ground: str) -> None:
    named = tokens()
    dark, light = sorted((luminance(named[text]), luminance(named[ground])))
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_the_frame_of_every_page_overwrites_nothing_that_a_page_is_given() -> None:
    frame = (ROOT / "templates" / "base.html").read_text("utf-8")
    taken = set(re.findall(r"{%-?\s*set (\w+)", frame))
    given = {
        (path.name, call.lineno, word.arg)
        for path in (ROOT / "market").rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(call, ast.Call) and getattr(call.func, "attr", getattr(call.func, "id", "")) in RENDERING
        for word in call.keywords
    }
    assert taken >= {"here", "english"}
    assert {one for one in given if one[2] in taken} == set()


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_template_needs_a_looser_content_security_policy(path: Path) -> None:
    text = path.read_text("utf-8")
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=\"|javascript:", text)
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_template_trusts_text_that_somebody_typed(path: Path) -> None:
    assert not re.search(r"\|\s*safe\b|autoescape", path.read_text("utf-8"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_macros_with_words_are_imported_with_the_readers_context(path: Path) -> None:
    # Without the context Jinja keeps one module for all readers, in the first reader's language.
    for name, rest in re.findall(r'{%-?\s*(?:from|import) "parts/([a-z_]+\.html)"([^%]*)%}', path.read_text("utf-8")):
        assert name not in WORDED or "with context" in rest, f"{path.name} imports {name} without context"


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.name)
def test_colours_are_named_in_the_tokens_and_sheets_stay_small(path: Path) -> None:
    lines = path.read_text("utf-8").splitlines()
    assert len(lines) <= 300
    assert not any("@import" in line for line in lines)


def rendered(source: str, **values: object) -> str:
    env = Environment(
        loader=FileSystemLoader(ROOT / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
    )
    env.install_null_translations(newstyle=True)
    env.filters |= {"money": str, "when": str, "day": str}
    return env.from_string(source).render(L={}, **values)


CARD = {
    "code": "ZJ-0011",
    "name": "<b>x</b>",
    "act": "a",
    "pricing": "p",
    "price_text": "¥1",
    "price_note": "",
    "badges": [],
    "basis": "",
    "days_text": "",
    "edition_no": 3,
    "state": "in_force",
    "href": None,
}


def test_a_price_tag_shows_typed_text_as_text() -> None:
    page = rendered('{% from "parts/tag.html" import tag with context %}{{ tag(card) }}', card=CARD)
    assert "&lt;b&gt;x&lt;/b&gt;" in page and "<b>x</b>" not in page


def test_a_price_in_words_is_not_set_as_a_figure() -> None:
    source = '{% from "parts/tag.html" import tag with context %}{{ tag(card) }}'
    assert 'class="tag-price"' in rendered(source, card=CARD)
    assert 'class="tag-price words"' in rendered(source, card=CARD | {"price_text": "price not published"})


def test_a_score_without_enough_data_shows_no_number() -> None:
    source = '{% from "parts/stars.html" import star_bar with context %}{{ star_bar(mean, low, high, n) }}'
    assert "Not enough data (1)" in rendered(source, mean=None, low=None, high=None, n=1)
    assert "<svg" not in rendered(source, mean=None, low=None, high=None, n=1)
    page = rendered(source, mean=4635, low=4520, high=4995, n=41)
    assert "<b>4.64</b>" in page and "between 4.52 and 5.00" in page


def test_a_pager_of_one_page_is_not_shown() -> None:
    source = '{% from "parts/pager.html" import pager with context %}{{ pager(page, pages, url) }}'
    assert "<nav" not in rendered(source, page=1, pages=1, url=str)
    assert rendered(source, page=5, pages=9, url=str).count("…") == 2
