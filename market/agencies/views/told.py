"""A mark in words."""

from collections.abc import Sequence

from market.agencies.rules import Mark, mark_of, mark_sentence
from market.agencies.views.rule_table import lines_of
from market.catalogue.models import Band, FeeItem
from market.catalogue.rules import PriceState
from market.web import locale
from market.web.labels import sentence


def told_band(bands: Sequence[Band], item: FeeItem) -> tuple[str, str]:
    """The name of a fee item, and what an agency's bands on it say."""
    return told_mark(mark_of(lines_of(bands), item.steps_per_unit), item)


def told_mark(mark: Mark, item: FeeItem) -> tuple[str, str]:
    """The name of a fee item, and what a mark on it says."""
    code, facts = mark_sentence(mark, item.unit, listed=item.price_state == PriceState.LISTED)
    return item.name_en if locale.current() == "en" else item.name_zh, sentence(code, facts)
