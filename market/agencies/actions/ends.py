"""Tell agencies of papers that end, of services that rest for it and of those that serve again. Each once."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select

from market.agencies.models import Agency, EndTold, RestTold
from market.agencies.queries import ends as queries
from market.agencies.rules import notice_due
from market.base import clock
from market.notices.actions import queue
from market.store.db import db
from market.store.settings import setting

LINK = "/desk/my-agency"


def tell_of_ends(*, now: datetime) -> int:
    """Tell each agency once at every notice (dated setting `paper.notice_days`) before an end; how many. Safe twice.

    Each message names the services that pause. Of several notices that came while nothing ran, the nearest is sent.
    """
    today = clock.china_date(now)
    days: list[int] = setting("paper.notice_days", today)
    rows = queries.ends_between(today, today + timedelta(days=max(days, default=0)))
    told = queries.told_ends(rows)
    sent = 0
    for row in rows:
        due = notice_due(row.last_day, today, days)
        if due is None or (row.kind, row.row_id, due) in told:
            continue
        db.session.add(
            EndTold(
                agency_id=row.agency_id, kind=row.kind, row_id=row.row_id, days_before=due, last_day=row.last_day,
                told_at=now,
            )
        )  # fmt: skip
        pausing = queries.pausing_after(row.agency_id, row.last_day)
        left = (row.last_day - today).days
        facts = {
            "name": f"{row.name} {row.about}".strip(),
            "day": row.last_day.isoformat(),
            "days": left,
            "pauses": "paper_pauses.some" if pausing else "paper_pauses.none",
            "services": _named(pausing),
            "link": LINK,
        }
        queue(
            "notice.paper.ends" if left else "notice.paper.ends_today", to=[row.organisation_id], facts=facts, now=now
        )
        sent += 1
    db.session.flush()
    return sent


def tell_of_rests(*, now: datetime) -> int:
    """Tell agencies which services have come to rest and which serve again; how many services. Safe to run twice."""
    open_ = {(row.agency_id, row.service_id): row for row in queries.rests_told()}
    rests = {(one.agency_id, one.service_id): one for one in queries.resting(now)}
    began = [one for key, one in rests.items() if key not in open_]
    db.session.add_all(RestTold(agency_id=one.agency_id, service_id=one.service_id, told_at=now) for one in began)
    over = [row for key, row in open_.items() if key not in rests]
    again = queries.serving_again(over, now)
    for row in over:
        # A price that was withdrawn meanwhile, or an agency that has left, ends the rest without a word.
        row.over_at = now
    db.session.flush()
    _tell("notice.offer.rests", began, now)
    _tell("notice.offer.resumes", again, now)
    return len(began) + len(again)


def _tell(code: str, services: Iterable[queries.Pausing], now: datetime) -> None:
    by_agency: dict[int, list[queries.Pausing]] = defaultdict(list)
    for one in services:
        by_agency[one.agency_id].append(one)
    if not by_agency:
        return
    query = select(Agency.id, Agency.organisation_id).where(Agency.id.in_(by_agency)).order_by(Agency.id)
    for agency_id, organisation in db.session.execute(query).all():
        queue(code, to=[organisation], facts={"services": _named(by_agency[agency_id]), "link": LINK}, now=now)


def _named(services: Iterable[queries.Pausing]) -> list[str]:
    return [f"{one.code} {one.name_zh}" for one in services]
