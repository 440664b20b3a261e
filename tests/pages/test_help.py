"""The help on the site: whole in both languages, linked right, and found by the words people use."""

import re
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import pytest
from flask import Flask
from flask.testing import FlaskClient

from market.base.people import Role
from market.cli.search import is_stale, rebuild_index
from market.pages.help import finding, guides
from market.pages.help.finding import asked
from market.pages.help.guides import GUIDES, USERS, guide_for, half_of
from market.pages.help.rendering import html_of, size_of
from market.search.index import Index
from tests import make
from tests.docs.written import DOCS

EVERY = ["/help", *(f"/help/{key}" for key in GUIDES)]
only_sqlite = pytest.mark.parametrize("app", ["sqlite"], indirect=True)


def read(client: FlaskClient, url: str, language: str) -> str:
    client.set_cookie("lang", language)
    answer = client.get(url)
    assert answer.status_code == 200, url
    return answer.text


def main_of(page: str) -> str:
    return page[page.index("<main") : page.index("</main>")]


@only_sqlite
def test_every_help_page_is_whole_in_both_languages_and_every_link_leads_somewhere(client: FlaskClient) -> None:
    texts = {(url, language): main_of(read(client, url, language)) for url in EVERY for language in ("zh", "en")}
    statuses: dict[str, int] = {}

    def opens(path: str) -> bool:
        if path not in statuses:
            with client.get(path) as answer:
                statuses[path] = answer.status_code
        return statuses[path] == 200

    for (url, language), text in texts.items():
        assert text.count("<h1>") == 1, url
        shown = unescape(re.sub(r"<(pre|code)\b.*?</\1>|<[^>]+>", "", text, flags=re.S))
        assert not re.search(r"\*\*|`|\]\(|^#|^ *\||^---", shown, re.M), (url, language)
        assert "style=" not in text and "<script" not in text
        ids = re.findall(r'\bid="([^"]+)"', text)
        assert len(ids) == len(set(ids)), url
        for target in re.findall(r'href="([^"]*)"', text):
            path, _, anchor = unquote(target).partition("#")
            assert target and (not path or opens(path)), (url, target)
            page = texts.get((path or url, language), "")
            assert not anchor or f'id="{anchor}"' in page, (url, target)
        for source, alt in re.findall(r'<img src="([^"]+)" alt="([^"]*)" loading="lazy" width="\d+"', text):
            assert alt and opens(source), (url, source)
        assert text.count("<img") == len(re.findall(r'<img src="[^"]+" alt="[^"]+" loading="lazy"', text)), url


def test_each_guide_of_users_says_the_same_sections_in_both_languages() -> None:
    for guide in USERS:
        chinese, english = half_of(guide.key, "zh"), half_of(guide.key, "en")
        assert re.search(r"[\u4e00-\u9fff]", chinese.title) and not re.search(r"[\u4e00-\u9fff]", english.title)
        assert len(chinese.sections) == len(english.sections), guide.key


@only_sqlite
def test_a_guide_is_read_as_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, app: Flask) -> None:
    (tmp_path / "users").symlink_to(DOCS / "users")
    (tmp_path / "limits.md").write_text(
        "# 甲\n\n<b>raw</b> [out](decisions/x.md) [in](users/agency.md#orders) [citizen.md](users/citizen.md)\n一句\n话\n\n```\n---\n# no heading\n## none\n```\n\n"
        "## 一\n\n![图](users/pictures/a.png)\n\n---\n\n# A, in English\n\nx\n\n## One\n\n---\n\n# B\n\n## 二 / Two\n"
    )
    picture = tmp_path / "a.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (640).to_bytes(4, "big") + (480).to_bytes(4, "big"))
    assert size_of(picture) == (640, 480)
    monkeypatch.setattr(guides, "DOCS", tmp_path)
    written = {language: guides.half_of.__wrapped__("limits", language) for language in ("zh", "en")}
    assert [one.title for one in written["zh"].sections] == ["甲", "一", "二"]
    assert [one.title for one in written["en"].sections] == ["A", "One", "Two"]
    with app.test_request_context("/"):
        body = html_of("limits", written["zh"].sections[0], "zh")
    assert "&lt;b&gt;raw&lt;/b&gt; out " in body and 'href="/help/agency#part-4"' in body and "# no heading" in body
    assert 'href="/help/citizen">人人可用' in body and "一句话" in body


@only_sqlite
def test_help_is_public_and_what_is_no_guide_is_not_found(client: FlaskClient) -> None:
    assert 'href="/help"' in read(client, "/help/citizen", "en")
    for url in ("/help/nobody", "/help/pictures/none.png", "/help/pictures/..%2f..%2flimits.md"):
        assert client.get(url).status_code == 404
    assert {guide_for(role) for role in Role} == {guide.key for guide in USERS} - {"citizen"}


@pytest.fixture
def indexed(app: Flask) -> Flask:
    """Return the application with a list in force and everything in its index."""
    with app.app_context():
        edition = make.make_edition()
        make.make_listed_service(edition_id=edition, name="环境影响报告书编制")
        make.publish_edition(edition_id=edition)
        rebuild_index(app.extensions["search"])
    return app


FOUND = [
    ("怎么评价机构", "/help/enterprise"),
    ("收费通知单", "/help/enterprise"),
    ("双人", "/help/regulator"),
    ("报价", "/help/agency"),
    ("how do I rate", "/help/enterprise"),
    ("backup", "/help/operator#part-8"),
    ("备份", "/help/operator#part-8"),
    ("查询码", "/help/citizen#part-4"),
]


@only_sqlite
def test_the_search_finds_help_by_the_words_people_use_in_either_language(indexed: Flask, client: FlaskClient) -> None:
    for words, place in FOUND:
        for language in ("zh", "en"):
            text = main_of(read(client, f"/search?q={words}", language))
            assert f'href="{place}' in text, (words, language)
            links = re.findall(r'href="(/help/[^"]+)"', text)
            assert len(links) == len(set(links)) and len(links) <= 5
            if language == "zh" and words == "怎么评价机构":
                assert "评价：一事一评" in text
            # The heading is in the reader's language.
            titles = re.findall(r'href="/help/operator#[^"]+">([^<]+)<', text)
            assert all(bool(re.search(r"[\u4e00-\u9fff]", title)) == (language == "zh") for title in titles)


@only_sqlite
def test_services_come_before_help_and_help_is_no_service(indexed: Flask, client: FlaskClient) -> None:
    # A service's own name: help that has only some of the words is not shown beside it.
    assert "/help/" not in main_of(read(client, "/search?q=环境影响报告书编制", "en"))
    # What is not on the list is still said not to be, help or no help.
    assert "is not on the list in force" in read(client, "/search?q=月球勘察合同", "en")
    assert "is not on the list in force" not in read(client, "/search?q=backup", "en")
    nothing = main_of(read(client, "/search?q=zzzz", "en"))
    assert "is not on the list in force" in nothing and 'href="/help"' in nothing


@only_sqlite
def test_an_index_with_other_help_than_is_shipped_is_stale(indexed: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    index: Index = indexed.extensions["search"]
    assert not is_stale(index)
    monkeypatch.setattr(finding, "fingerprint", lambda: "of tomorrow")
    assert is_stale(index) and not index.needs_rebuild
    with indexed.app_context():
        rebuild_index(index)
    assert not is_stale(index)
    index.add([{"id": "notice/1", "kind": "notice", "title": "x", "body": "y"}])
    assert not is_stale(Index.open(index.folder))


@pytest.mark.parametrize(
    ("typed", "about"),
    [("怎么评价机构", "评价机构"), ("how do I rate an agency?", "rate an agency"), ("报价", "报价"), ("怎么", "怎么"),
     ("what is a fee note", "fee note"), ("怎么办", "怎么办"), ("howitzer", "howitzer"), ("备份怎么办？", "备份")],
)  # fmt: skip
def test_words_that_only_ask_are_not_looked_for(typed: str, about: str) -> None:
    assert asked(typed) == about


def test_the_pages_in_docs_are_the_ones_on_the_site() -> None:
    assert {path.stem for path in (DOCS / "users").glob("*.md")} == {guide.key for guide in USERS}
