"""The demo city's list is what the law allows on its day: nothing rests on the Code before the Code is in force."""

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from market.base import clock
from market.catalogue.citations import citations
from market.catalogue.models import Edition, Entry
from market.cli.demo.command import SEED, Size, build
from market.cli.demo.lists import CODE_DAY, packaged_list
from market.cli.setup import seeds
from market.store.db import db

EARLIER, LATER = packaged_list(CODE_DAY - timedelta(days=1)), packaged_list(CODE_DAY)


def test_before_its_day_no_entry_rests_on_the_code_alone() -> None:
    assert all({one.key for one in citations(row["legal_basis_zh"])} != {"生态环境法典"} for row in EARLIER.items)


def test_the_two_environmental_reports_cite_the_law_that_demanded_them_before() -> None:
    reports = [row["legal_basis_zh"] for row in EARLIER.items if row["name_zh"].startswith("环境影响报告")]
    assert reports == ["《中华人民共和国环境影响评价法》第十六条、第十九条"] * 2


def test_from_its_day_on_the_list_is_whole_and_only_adds() -> None:
    first, second = ({(row["name_zh"], row["act_name_zh"]) for row in data.items} for data in (EARLIER, LATER))
    assert first < second and len(second) == 131
    assert not EARLIER.bad and not LATER.bad


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("last", "editions"), [(date(2026, 8, 10), [1, 2]), (date(2026, 7, 1), [1]), (date(2028, 12, 1), [1])]
)
def test_a_small_city_has_the_editions_of_its_days(app: Flask, last: date, editions: list[int]) -> None:
    """Twelve days ahead the Code's edition is published; a city that ends sooner, or begins later, has one."""
    with app.app_context():
        with clock.moved_to(clock.end_of_day(last) - timedelta(hours=12)):
            seeds()
            build(last, SEED, size=Size(2, 0))
        assert list(db.session.scalars(select(Edition.number).order_by(Edition.number))) == editions
        whole = db.session.scalar(select(func.count(Entry.id)).join(Edition).where(Edition.effective_from >= CODE_DAY))
        assert (whole == 131) == (editions == [1, 2] or last.year == 2028)
