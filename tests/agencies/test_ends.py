"""An agency is told of its papers' ends at every notice once, with what pauses, and once of each rest."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from market.agencies.queries import ends as queries
from market.agencies.rules import PaperDay, notice_due, paper_day
from market.jobs.agencies import watch_agencies
from market.notices.models import Notice
from market.store.db import db
from tests import make
from tests.agencies.test_records import _service

DAYS = (30, 7, 0)


def _china(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("on", "due"), [(1, None), (8, 30), (30, 30), (31, 7)], ids=["before all", "the day itself", "late", "the nearer"]
)
def test_a_day_on_which_nothing_ran_loses_no_notice(on: int, due: int | None) -> None:
    assert notice_due(date(2026, 6, 7), date(2026, 5, on), DAYS) == due


def test_nothing_is_due_after_the_end() -> None:
    assert notice_due(date(2026, 6, 7), date(2026, 6, 7), DAYS) == 0
    assert notice_due(date(2026, 6, 7), date(2026, 6, 8), DAYS) is None


def test_what_a_paper_is_follows_from_its_days_both_included() -> None:
    days = (date(2026, 3, 1), date(2026, 5, 31))
    on = (date(2026, 2, 28), date(2026, 3, 1), date(2026, 5, 1), date(2026, 5, 31), date(2026, 6, 1))
    assert [paper_day(days, day, notice=30) for day in on] == [
        PaperDay.COMING, PaperDay.VALID, PaperDay.ENDING, PaperDay.ENDING, PaperDay.ENDED,
    ]  # fmt: skip


def _told(organisation: int) -> list[tuple[str, list[str]]]:
    query = select(Notice).where(Notice.organisation_id == organisation, Notice.code != "notice.filing.passed")
    return [
        (row.code.removeprefix("notice."), [one.split()[0] for one in row.facts["services"]])
        for row in db.session.scalars(query.order_by(Notice.id))
    ]


def test_every_notice_comes_once_whatever_the_clock_starts_how_often(session, at):
    at(_china(2026, 3, 2))
    service = _service(("qualification", "测绘资质", "乙级", 1))
    offer = make.make_offer(service=service)
    make.make_paper(
        agency=offer.agency, qualification="测绘资质", grade="乙级", days=(date(2026, 1, 1), date(2026, 6, 7)),
        number="FAKE-1",
    )  # fmt: skip
    mine, pauses = offer.agency.organisation_id, [service.code]
    expected = []
    for moment, news in (
        (_china(2026, 5, 7), []),
        (_china(2026, 5, 8), [("paper.ends", pauses)]),
        (_china(2026, 5, 20), []),
        (_china(2026, 6, 2), [("paper.ends", pauses)]),
        (_china(2026, 6, 7), [("paper.ends_today", pauses)]),
        (datetime(2026, 6, 7, 16, tzinfo=UTC), [("offer.rests", pauses)]),
        (_china(2026, 6, 12), []),
    ):
        at(moment)
        watch_agencies()
        watch_agencies()
        expected += news
        assert _told(mine) == expected, moment
    make.make_paper(
        agency=offer.agency, qualification="测绘资质", grade="甲级", days=(date(2026, 6, 1), date(2029, 6, 1)),
        number="FAKE-1R",
    )  # fmt: skip
    watch_agencies()
    watch_agencies()
    assert _told(mine) == [*expected, ("offer.resumes", pauses)]


def test_a_paper_that_was_renewed_in_time_pauses_nothing(session, at):
    at(_china(2026, 3, 2))
    service = _service(("qualification", "测绘资质", "乙级", 1))
    offer = make.make_offer(service=service)
    for number, days in (
        ("FAKE-1", (date(2026, 1, 1), date(2026, 3, 20))),
        ("FAKE-2", (date(2026, 3, 1), date(2027, 1, 1))),
    ):
        make.make_paper(agency=offer.agency, qualification="测绘资质", grade="乙级", days=days, number=number)
    watch_agencies()
    assert _told(offer.agency.organisation_id) == [("paper.ends", [])]
    assert queries.pausing_after(offer.agency.id, date(2026, 3, 20)) == []
    at(_china(2026, 3, 21))
    watch_agencies()
    assert len(_told(offer.agency.organisation_id)) == 1


def test_a_rest_is_told_however_long_the_clock_stood_still(session, at):
    at(_china(2026, 3, 2))
    service = _service(("qualification", "测绘资质", "乙级", 1))
    paper = {"qualification": "测绘资质", "grade": "乙级", "days": (date(2026, 1, 1), date(2026, 3, 20))}
    first, second = (make.make_offer(service=service) for _ in range(2))
    make.make_paper(agency=first.agency, number="FAKE-1", **paper)
    at(_china(2026, 6, 2))
    watch_agencies()  # for the first time at all
    assert _told(first.agency.organisation_id) == [("offer.rests", [service.code])]
    make.make_paper(agency=first.agency, number="FAKE-1R", **paper | {"days": (date(2026, 1, 1), date(2026, 6, 9))})
    make.make_paper(agency=second.agency, number="FAKE-2", **paper | {"days": (date(2026, 1, 1), date(2026, 7, 20))})
    watch_agencies()
    at(_china(2026, 11, 2))
    watch_agencies()
    assert _told(second.agency.organisation_id) == [("offer.rests", [service.code])]
    assert [what for what, _services in _told(first.agency.organisation_id)][-1] == "offer.rests"
