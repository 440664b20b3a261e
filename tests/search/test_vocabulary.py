"""What letters spell, what a slip of the finger meant, and what a synonym stands for."""

import re

import pytest

from market.search.sounds import blurred, reach, readings, spelled
from market.search.synonyms import shipped, synonyms
from market.search.vocabulary import MOST_GUESSES, Vocabulary, distance
from market.search.words import HAN, cut

NAMES = [
    "水土保持方案报告书编制 soil and water conservation",
    "地质灾害危险性评估 geological hazard",
    "招标代理 tendering",
]


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary(NAMES)


def test_a_character_has_all_of_its_readings() -> None:
    assert {"chong", "zhong"} <= set(readings("重")) and {"xing", "hang"} <= set(readings("行"))
    assert readings("绿")[0] in ("lv", "lu") and readings("x") == ()
    assert spelled("环境") == "huanjing"


@pytest.mark.parametrize(
    ("letters", "run", "characters"),
    [("huanjing", "环境影响", 2), ("huanji", "环境影响", 2), ("hjyx", "环境影响", 4), ("huanjyx", "环境影响", 4)],
)
def test_letters_spell_whole_syllables_or_initials(letters: str, run: str, characters: int) -> None:
    assert reach(letters, run) == characters


@pytest.mark.parametrize(("letters", "run"), [("hx", "环境"), ("huanjingy", "环境"), ("a", ""), ("jing", "环境")])
def test_letters_that_are_left_over_spell_nothing(letters: str, run: str) -> None:
    assert reach(letters, run) == 0


def test_a_hostile_spelling_costs_little() -> None:
    assert reach("zh" * 60, "中" * 16) == 0


def test_sounds_that_are_often_mistaken_are_one() -> None:
    assert blurred("huangjing") == blurred("huanjin") and blurred("shuizhi") == blurred("suizi")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("stbc", "水土保持"),
        ("shuitubaochifangan", "水土保持方案"),
        ("di zhi zai hai", "地质灾害"),
        ("zhaobiao 代理", "招标 代理"),
        ("水士保持方案", "水土保持方案"),
        ("水土保方案", "水土保持方案"),
        ("水土保保持方案", "水土保持方案"),
        ("招标带里", "招标代理"),
        ("geologcal hazard", "geological hazard"),
        ("tendreing", "tendering"),
    ],
)
def test_the_likeliest_meaning_is_among_the_guesses(vocabulary: Vocabulary, typed: str, meant: str) -> None:
    assert meant in [one for guess in vocabulary.guesses(typed) for one in guess]


@pytest.mark.parametrize("typed", ["zj-9999", "123456", "x", "月", "", "😀", "\x00", "招标代理"])
def test_what_is_no_slip_is_not_set_right(vocabulary: Vocabulary, typed: str) -> None:
    assert typed not in [one for guess in vocabulary.guesses(typed) for one in guess]
    assert "tendering" not in str(vocabulary.guesses(typed))


@pytest.mark.parametrize("typed", ["a" * 120, "水" * 120, "ab " * 40, "招" * 60 + "z" * 60])
def test_guesses_are_few_whatever_is_typed(vocabulary: Vocabulary, typed: str) -> None:
    assert len(vocabulary.guesses(typed)) <= MOST_GUESSES + 1


@pytest.mark.parametrize(
    ("one", "other", "far"),
    [("abc", "abc", 0), ("abc", "acb", 1), ("abc", "ab", 1), ("abc", "xyz", 2), ("a", "abcd", 2)],
)
def test_the_distance_counts_changes_up_to_the_most(one: str, other: str, far: int) -> None:
    assert distance(one, other, 1) == far


def test_the_dictionary_of_synonyms_has_a_version_and_says_nothing_twice() -> None:
    lines = shipped().decode().splitlines()
    assert re.fullmatch(r"# version: \d+", lines[0])
    words = [line.partition("=")[0].strip() for line in lines if "=" in line and not line.startswith("#")]
    assert len(words) == len(set(words)) == len(synonyms())


def test_a_synonym_stays_whole_in_what_is_typed() -> None:
    assert [word for word in synonyms() if re.match(f"[{HAN}]", word) and cut(word) != [word]] == []
    assert all(meant for meant in synonyms().values())
