"""Both databases answer like a plain Python model, whatever is typed, and a write is found in its own transaction."""

import random
from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import text as sql

from market.accounts.models import Organisation
from market.agencies import actions, queries
from market.agencies.models import Agency, DirectoryRow
from market.agencies.queries import Wanted
from market.agencies.rules import FilingState
from market.agencies.search import name_key
from market.cli.search import rebuild_directory
from market.search.question import understood
from market.search.words import cut_for_search, fold, pieces
from market.store.db import db
from market.store.transaction import transaction
from tests import make

NAMES = (
    "【虚构】甲测绘有限公司",
    "【虚构】甲测绘有限公司东分公司",
    "【虚构】乙环境影响评价100%有限公司",
    "【虚构】丙环评、丁测绘。院",
    "【虚构】测测测绘绘院",
    "【虚构】ＡＢＣ Testing & Survey有限公司",
    "【虚构】abcd 测试（NOT）院",
    "【虚构】戊工程咨询院",
    "【虚构】NEAR OR AND 'x' \"y\" :* \\ 院",
    "【虚构】𠮷林检测ß院",
    "【虚构】e1院",
)
FRAGMENTS = (
    *(
        "测",
        "绘",
        "院",
        "测绘",
        "绘有",
        "环境",
        "监测",
        "规划",
        "境影",
        "影响评价",
        "有限公司",
        "甲测绘有限公司",
        "环评",
        "公司东",
    ),
    *("abc", "ABC", "ab", "test", "survey", "ｔｅｓｔ", "100%", "0%", "x", "e1", "gA", "n甲", "𠮷", "ß", "SS"),
    *(
        '"测绘"',
        '"绘测"',
        '"',
        "“有限”",
        "'",
        "*",
        ":*",
        "(",
        ")",
        "^",
        "-",
        "NOT",
        "OR",
        "NEAR(",
        "&",
        "|",
        "!",
        "<->",
    ),
    *(
        "\\",
        "tokens :",
        "{a b}:",
        "😀",
        "　",
        "\x00",
        "；",
        "。",
        "【虚构】",
        "%",
        "_",
        "·",
        "虚构省",
        "AG-2",
        "919900",
    ),
)
TYPED = st.lists(st.sampled_from((*FRAGMENTS, " ", " ")) | st.text(max_size=3), min_size=1, max_size=6).map("".join)


@dataclass(frozen=True)
class Known:
    """An agency as the model sees it."""

    id: int
    ref: str
    name: str
    texts: tuple[str, ...]
    services: tuple[str, ...]

    @property
    def words(self):
        return {word for text in (*self.texts, *self.services) for word in cut_for_search(text)}

    @property
    def runs(self):
        return [pieces(fold(text)) for text in self.texts]

    def has(self, asked):
        wanted = [piece.text for piece in asked.pieces]
        if any(_holds(run, wanted) for run in self.runs) or (asked.words and set(asked.words) <= self.words):
            return True
        singles = {piece.text for run in self.runs for piece in run}
        if asked.beginning:
            return any(one.startswith(asked.beginning) for one in singles | self.words)
        code = asked.words[0] if len(asked.words) == 1 and asked.pieces[0].kind != "han" else ""
        return len(code) >= 6 and any(word.startswith(code) for word in self.words)


def _holds(run, wanted):
    for start in range(len(run) - len(wanted) + 1):
        part = run[start : start + len(wanted)]
        if [one.text for one in part] == wanted and all(b.position == a.position + 1 for a, b in pairwise(part)):
            return True
    return False


def _expected(known, typed):
    question = understood(typed)
    if typed.strip() and not question.asked:
        return []
    key = name_key(question.text)

    def order(one):
        own = name_key(one.name)
        tier = 2 if not key or not own.startswith(key[:8]) else 0 if own == key else 1
        return tier, -len(one.services), one.id

    found = [one for one in known if all(one.has(asked) for asked in question.asked)]
    return [one.ref for one in sorted(found, key=order)]


def _answer(wanted, edition_id, **page):
    return [row.ref for row in queries.directory(wanted, edition_id, **({"limit": 50, "offset": 0} | page))]


@pytest.fixture
def known(session):
    """Return agencies under hard names, some with marked prices, and the edition of these."""
    edition = make.make_edition()
    named = ("规划设计方案编制", "地下水动态监测")
    services = [make.make_listed_service(edition_id=edition, name=name) for name in named]
    make.publish_edition(edition_id=edition)
    made = [make.make_agency(name=name) for name in NAMES]
    for agency, own in ((made[7], services), (made[4], services[:1]), (made[1], services[1:])):
        for service in own:
            make.make_offer(agency=agency, service=service)
    found = []
    for one in made:
        organisation = session.get_one(Organisation, one.organisation_id)
        names = tuple(f"{row.name_zh} {row.name_en}" for row in queries.offers_of(one.id))
        texts = (organisation.name, one.ref, organisation.uscc, organisation.region)
        found.append(Known(one.id, one.ref, one.name, texts, names))
    session.rollback()
    return found, edition


def test_whatever_is_typed_both_databases_answer_like_the_model(known):
    agencies, edition = known

    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @example("甲测绘有限公司")
    @example("【虚构】甲测绘有限公司")
    @example("测绘" * 5000)
    @example(agencies[0].texts[2])
    @example(agencies[0].ref)
    @example("'" * 100)
    @given(TYPED)
    def compare(typed):
        typed = typed.encode("utf-8", "ignore").decode()
        wanted = _expected(agencies, typed)
        assert _answer(Wanted(text=typed), edition) == wanted
        assert queries.directory_size(Wanted(text=typed)) == len(wanted)

    compare()


def test_some_of_what_is_typed_finds_what_people_mean(known):
    agencies, edition = known
    names = {one.ref: one.name for one in agencies}

    def first(typed):
        found = _answer(Wanted(text=typed), edition)
        return names[found[0]].removeprefix("【虚构】") if found else None

    assert first("甲测绘有限公司") == "甲测绘有限公司"  # although another has more marked prices
    assert first("甲测绘") == "甲测绘有限公司东分公司"
    assert first("境影") == "乙环境影响评价100%有限公司"  # across the edges of words
    assert first("ＡＢＣＤ") == "abcd 测试（NOT）院"
    assert first("surv") == "ＡＢＣ Testing & Survey有限公司"
    assert first('"丁测绘 院"') is None  # a phrase ends with its sentence
    assert first("规划方案") == "戊工程咨询院"  # by the name of a service
    assert first("监测") == "戊工程咨询院"
    assert first(agencies[3].texts[2].lower()) == "丙环评、丁测绘。院"


def test_pages_join_without_gap_or_repetition(known):
    agencies, edition = known
    whole = _answer(Wanted(text="院"), edition)
    assert len(whole) > 5
    parts = [_answer(Wanted(text="院"), edition, limit=2, offset=start) for start in range(0, len(whole), 2)]
    assert [ref for part in parts for ref in part] == whole
    assert _answer(Wanted(text="院"), edition, offset=99) == []
    assert _answer(Wanted(), edition) == _expected(agencies, "")


def test_what_is_not_committed_is_not_found(session):
    waiting = make.make_agency(filed=FilingState.IN_CHECK, name="【虚构】子丑测绘院")
    desk = make.make_person().actor

    class Undone(Exception):
        pass

    with pytest.raises(Undone), transaction() as now:
        actions.pass_filing(queries.sent_filing(waiting.ref), actor=desk, now=now)
        assert _answer(Wanted(text="子丑"), 0) == [waiting.ref]
        raise Undone
    assert _answer(Wanted(text="子丑"), 0) == []
    with transaction() as now:
        actions.pass_filing(queries.sent_filing(waiting.ref), actor=desk, now=now)
    assert _answer(Wanted(text="子丑"), 0) == [waiting.ref]


def test_the_directory_is_made_again_from_its_rows(known):
    agencies, edition = known
    before = _answer(Wanted(), edition)
    with transaction():
        organisation = db.session.get_one(Agency, agencies[0].id).organisation_id
        db.session.get_one(Organisation, organisation).name = "【虚构】改名院"
        db.session.execute(sql("DELETE FROM directory_row WHERE agency_id > :id"), {"id": agencies[5].id})
    assert _answer(Wanted(text="戊工程"), edition) == []
    assert rebuild_directory() == len(agencies)
    assert _answer(Wanted(), edition) == before
    assert _answer(Wanted(text="改名"), edition) == [agencies[0].ref]
    assert _answer(Wanted(text="甲测绘"), edition) == [agencies[1].ref]


def test_a_place_belongs_to_one_agency_and_more_prices_come_first():
    dice = random.Random(7)
    some = [(dice.randrange(1, 1 << 39), dice.randrange(3000)) for _ in range(200)]
    places = [actions.directory.place_of(*one) for one in some]
    assert len(set(places)) == len(set(some))
    assert [one for _, one in sorted(zip(places, some, strict=True))] == sorted(some, key=lambda one: (-one[1], one[0]))
    assert all(0 < place < 2**63 for place in places)


def test_a_two_character_word_is_looked_up_and_never_scanned_for(session):
    make.make_agency()
    rows = [DirectoryRow.__tablename__, "directory_text"]
    if db.engine.dialect.name == "sqlite":
        plan = session.execute(
            sql("EXPLAIN QUERY PLAN SELECT rowid FROM directory_text WHERE directory_text MATCH :m ORDER BY rowid"),
            {"m": '"p测·绘"'},
        ).all()
        assert "VIRTUAL TABLE INDEX" in str(plan)
        assert "TEMP B-TREE" not in str(plan)
        return
    session.execute(sql("SET enable_seqscan = off"))
    plan = session.execute(
        sql(f"EXPLAIN SELECT place FROM {rows[0]} WHERE tokens @@ CAST(:m AS tsquery)"), {"m": "'p测·绘'"}
    )
    assert f"Bitmap Index Scan on {rows[1]}" in str(plan.all())
