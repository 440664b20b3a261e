"""The trade's units: spellings, kinds, names in two languages, days in force."""

from datetime import date

import pytest

from market.base.errors import BreaksRule
from market.base.pricing import UNITS, UnitKind, in_force, known_unit, same_unit, unit_name


@pytest.mark.parametrize(
    ("printed", "name", "kind"),
    [
        ("㎡", "平方米", UnitKind.AREA),
        ("m2", "平方米", UnitKind.AREA),
        ("M²", "平方米", UnitKind.AREA),
        (" 平 米", "平方米", UnitKind.AREA),
        ("万元", "万元", UnitKind.MONEY),
        ("检测点", "点", UnitKind.COUNT),
        ("公斤", "千克", UnitKind.MASS),
        ("Ｋｍ", "公里", UnitKind.LENGTH),
    ],
)
def test_other_spellings_mean_the_same_unit(printed: str, name: str, kind: UnitKind) -> None:
    found = known_unit(printed)
    assert found is not None
    assert (found.name_zh, found.kind) == (name, kind)


def test_a_unit_not_known_stays_as_printed() -> None:
    assert known_unit("井次") is None
    assert unit_name("井次", "en") == "井次"


def test_a_unit_is_named_in_the_readers_language() -> None:
    assert unit_name("㎡", "en") == "m²"
    assert unit_name("㎡", "zh_Hans_CN") == "㎡"


def test_two_spellings_are_compared_and_sizes_never_mixed() -> None:
    assert same_unit("㎡", "平米")
    assert same_unit("井次", "井 次")
    assert not same_unit("平方米", "平方公里")
    assert not same_unit("元", "万元")
    assert not same_unit("井次", "台次")


def test_no_spelling_means_two_units() -> None:
    every = [name.casefold() for one in UNITS for name in {one.name_zh, *one.synonyms}]
    assert len({known_unit(name) and known_unit(name).name_zh for name in every}) == len(UNITS)  # type: ignore[union-attr]
    for one in UNITS:
        for name in (one.name_zh, one.name_en, *one.synonyms):
            assert known_unit(name) is one, name


@pytest.mark.parametrize(
    ("on", "code"),
    [
        (date(2026, 1, 31), "price.not_in_force_yet"),
        (date(2026, 2, 1), None),
        (date(2026, 12, 31), None),
        (date(2027, 1, 1), "price.no_longer_in_force"),
        (None, None),
    ],
)
def test_a_price_is_in_force_from_its_first_day_to_its_last(on: date | None, code: str | None) -> None:
    span = (date(2026, 2, 1), date(2026, 12, 31))
    if code is None:
        in_force("甲", span, on)
        return
    with pytest.raises(BreaksRule) as refused:
        in_force("甲", span, on)
    assert refused.value.code == code
    assert "甲" in refused.value.sentence()


def test_a_price_without_days_is_always_in_force() -> None:
    in_force("甲", (None, None), date(1999, 1, 1))
