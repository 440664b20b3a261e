"""An agency's own desk: what waits, when its papers end, its prices beside the market, its ratings and coming grade."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask import render_template
from flask.typing import ResponseReturnValue

from market.agencies.queries import agency_of
from market.agencies.queries.ends import End, ends_of
from market.agencies.queries.on_record import RecordThen, record_then, why_rests
from market.agencies.rules import PaperDay, RecordKind, paper_day
from market.base import clock
from market.base.permissions import Permission
from market.contracts.queries import days_of
from market.evaluation.queries import rounds, rules_of, scheme_of, schemes
from market.evaluation.rules import SchemeRules
from market.pages.cards import in_words
from market.pages.my_evaluation import coming
from market.pages.queries.my_agency import beside_the_market, rated_in
from market.pages.robust import FEWEST
from market.pages.views.blueprint import in_force_or_none, pages
from market.pages.waiting import waiting_for
from market.ratings.queries import summaries
from market.ratings.rules import NO_RATINGS
from market.store.settings import setting
from market.web.access import current_actor, needs


@dataclass(frozen=True, slots=True)
class Ending:
    """A paper or certificate in the calendar: what it is today, and the services (code, zh, en) that pause with it."""

    end: End
    stands: PaperDay
    days_left: int
    pauses: Sequence[tuple[str, str, str]]


@pages.get("/desk/my-agency")
@needs(Permission.AGENCY_OFFER_MARK)
def my_agency() -> ResponseReturnValue:
    """Everything of my agency in one view, each figure with the way to its rows."""
    actor, now, today = current_actor(), clock.now(), clock.today()
    mine = agency_of(actor)
    here = in_force_or_none()
    edition_id = here.id if here else 0
    record = record_then(mine.id, now, day=today, edition_id=edition_id)
    rated, rules = rated_in(mine.id, today.year), _scheme(today.year)
    return render_template(
        "pages/my_agency.html",
        agency=mine,
        groups=waiting_for(actor, now),
        calendar=_calendar(record, ends_of(mine.id), today),
        rests=record.rests,
        prices=beside_the_market(mine.id, edition_id, now),
        fewest=FEWEST,
        summary=summaries([mine.id]).get(mine.id, NO_RATINGS),
        days=days_of([mine.id]).get(mine.id),
        year=today.year,
        rated=rated,
        coming=coming(rated, rules) if rules else None,
        in_words=in_words,
    )


def _scheme(year: int) -> SchemeRules | None:
    """The scheme of the year's evaluation; the newest while it is not opened, None where there is none at all."""
    opened = next((one.scheme.code for one in rounds() if one.year == year), None)
    code = opened or next((one.code for one in schemes()), None)
    return rules_of(scheme_of(code)) if code else None


def _calendar(record: RecordThen, ends: Sequence[End], today: date) -> list[Ending]:
    """Every end, the earliest first; what pauses is what rests on the day after and not on the last day itself."""
    people = [one for one in ends if one.kind == RecordKind.PRACTITIONER]
    soonest = max(setting("paper.notice_days", today), default=0)

    def resting(day: date) -> dict[str, tuple[str, str, str]]:
        counts = Counter(one.about for one in people if one.first_day <= day <= one.last_day)
        found = [one for one in record.services if why_rests(one, record.papers, (counts, day))]
        return {one.code: (one.code, one.name_zh, one.name_en) for one in found}

    pauses = {}
    # A paper "for ever" is typed with the calendar's last day; no day comes after it.
    for day in {one.last_day for one in ends if today <= one.last_day < date.max}:
        before = resting(day)
        pauses[day] = [told for code, told in resting(day + timedelta(days=1)).items() if code not in before]
    return [
        Ending(
            one,
            paper_day((one.first_day, one.last_day), today, notice=soonest),
            (one.last_day - today).days,
            pauses.get(one.last_day, ()),
        )
        for one in ends
    ]
