"""What is found by what."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market.search.found import Document, Found
from market.search.index import Index

TITLES = {
    "entry:1": "环境影响报告书编制（法典称生态环境影响报告书）",
    "entry:2": "水土保持方案报告表编制",
    "entry:3": "重庆市渝中区道路改造水土保持监测",
    "entry:4": "地震安全性评价",
    "entry:5": "可行性研究报告编制",
    "entry:6": "水库大坝安全鉴定",
    "entry:7": "建筑物（ＢＩＭ）模型审查 ㎡",
}
BODIES = {
    "entry:1": "ZJ-0011\nPreparation of environmental impact report",
    "entry:2": "ZJ-0012\n闽发改服价〔2021〕533号",
    "entry:3": "方案。编制",
    "entry:4": "ZJ-0014 重大工程抗震设防要求审定",
    "entry:5": "依据《政府投资条例》，地震安全性评价另行委托",
    "entry:6": "除险加固审批",
    "entry:7": "RQ-2026-000041C",
}


def documents() -> list[Document]:
    return [{"id": name, "kind": "entry", "title": title, "body": BODIES[name]} for name, title in TITLES.items()]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    made = Index.open(tmp_path_factory.mktemp("index"))
    made.rebuild(documents())
    made.add([{"id": "notice:1", "kind": "notice", "title": "水土保持方案选取公告", "body": ""}])
    yield made


def ids(found: Found) -> list[str]:
    assert not found.missing
    return [hit.id for hit in found.hits]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("环境影响", "entry:1"),
        ('"环境影响报告书"', "entry:1"),
        ("“水土保持方案报告表”", "entry:2"),
        ("环", "entry:1"),
        ("渝中", "entry:3"),
        ("境影", "entry:1"),
        ("ZJ-0011", "entry:1"),
        ("zj-0011", "entry:1"),
        ("zj0011", "entry:1"),
        ("ＺＪ－００１１", "entry:1"),
        ("闽发改服价〔2021〕533号", "entry:2"),
        ("闽发改服价[2021]533号", "entry:2"),
        ("闽发改服价 2021 533", "entry:2"),
        ("rq2026000041c", "entry:7"),
        ("RQ-2026-000041", "entry:7"),
        ("bim", "entry:7"),
        ("Environment", "entry:1"),
        ("可研", "entry:5"),
        ("环评", "entry:1"),
        ("水库加固", "entry:6"),
    ],
)
def test_the_document_is_found(index: Index, text: str, first: str) -> None:
    found = index.find(text)
    assert ids(found)[0] == first
    assert not found.loose or text == "水库加固"


def test_the_whole_title_comes_first(index: Index) -> None:
    assert ids(index.find("地震安全性评价")) == ["entry:4", "entry:5"]
    assert ids(index.find("地震安全性评价", per_page=1, page=2)) == ["entry:5"]


def test_quotation_marks_ask_for_the_characters_in_a_row(index: Index) -> None:
    assert ids(index.find('"报告编制"')) == ["entry:5"]
    assert ids(index.find('"影响环境"')) == []


def test_a_phrase_does_not_reach_over_a_sentence_or_from_title_to_body(index: Index) -> None:
    assert "entry:3" not in ids(index.find('"方案编制"'))
    assert ids(index.find('"监测方案"')) == []


def test_all_words_are_asked_for(index: Index) -> None:
    assert ids(index.find("水土保持 报告表")) == ["entry:2"]


def test_when_nothing_has_all_words_the_nearest_are_shown_and_said_to_be(index: Index) -> None:
    found = index.find("我想要办理水土保持的事怎么收费")
    assert found.loose
    assert {"entry:2", "entry:3"} <= set(ids(found))


def test_an_unknown_code_finds_nothing_rather_than_something_like_it(index: Index) -> None:
    assert index.find("ZJ-9999").total == 0


def test_kinds_narrow_the_search(index: Index) -> None:
    assert ids(index.find("水土保持", kinds=["notice"])) == ["notice:1"]
    assert "notice:1" not in ids(index.find("水土保持", kinds=["entry"]))
    assert index.find("水土保持", kinds=[]).total == 0


def test_what_was_asked_is_marked_and_the_pieces_are_the_title(index: Index) -> None:
    hit = index.find("bim").hits[0]
    assert hit.title == [("建筑物（", False), ("ＢＩＭ", True), ("）模型审查 ㎡", False)]
    hit = index.find("水土 报告表").hits[0]
    assert hit.title == [("水土", True), ("保持方案", False), ("报告表", True), ("编制", False)]


def test_every_part_of_a_title_finds_it(index: Index) -> None:
    for name, title in TITLES.items():
        for length in (1, 2, 3, 4):
            for at in range(len(title) - length + 1):
                part = title[at : at + length]
                if all("\u4e00" <= character <= "\u9fff" for character in part):
                    assert name in ids(index.find(part)), (name, part)


@settings(deadline=None, max_examples=150)
@given(st.text(max_size=60))
def test_any_text_is_answered(index: Index, text: str) -> None:
    found = index.find(text)
    assert not found.missing
    for hit in found.hits:
        assert "".join(piece for piece, _ in hit.title) == TITLES.get(hit.id, "水土保持方案选取公告")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "a" * 10_000,
        "水" * 10_000,
        "水土 " * 3_000,
        "水a" * 5_000,
        '"' * 999,
        "t_chars:水 AND NOT (*) OR ~ [a TO z]^5",
        "*?水*",
        "'; DROP TABLE entry; --",
        "\x00\x01\x1e\x7f",
        "\ud800",
        "😀🏗️",
        "ﷺ" * 200,
    ],
)
def test_hostile_text_is_answered(index: Index, text: str) -> None:
    assert not index.find(text).missing


def test_a_page_out_of_range_is_empty(index: Index) -> None:
    assert index.find("水", page=10**9).hits == []
    assert index.find("水", page=-3).page == 1


def test_the_folder_named_as_text_is_opened(tmp_path: Path) -> None:
    assert Index.open(str(tmp_path / "new")).needs_rebuild
