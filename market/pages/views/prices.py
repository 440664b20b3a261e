"""The prices of one item for my quantity: through the editions, over two years, and where a quoted price lies."""

from dataclasses import dataclass
from datetime import date

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from market.base import clock
from market.base.errors import BreaksRule, NotFound
from market.base.money import parse_yuan
from market.catalogue.rules import Payer
from market.pages import calculator, panels
from market.pages.calculator import Line
from market.pages.cards import in_words
from market.pages.panels import ListedRange, MonthEnd, Position
from market.pages.queries import item as queries
from market.pages.queries import prices as past
from market.pages.queries.compare import totals
from market.pages.queries.item import ItemFacts
from market.pages.ranges import Point, RangeChart, range_chart
from market.pages.robust import FEWEST, percentile
from market.pages.views.blueprint import pages, remember
from market.pages.views.item_shared import address_of, bins_of, for_quantity, gone, marked_today
from market.web.access import public
from market.web.filters import money_short
from market.web.labels import said

PERCENTS = (10, 25, 50, 75, 90)


@dataclass(frozen=True, slots=True)
class Shown:
    """The prices for the quantities asked: by edition, by month end, and today's in ascending order."""

    editions: list[ListedRange]
    months: list[MonthEnd]
    today: list[int]

    @property
    def listed(self) -> bool:
        """Whether any edition had a price of its own for the quantity."""
        return any(one.ceiling_fen is not None for one in self.editions)


@pages.get("/list/<code>/prices")
@public
def prices(code: str) -> ResponseReturnValue:
    """How the price for my quantity came about through time; the quoted price is in the address and nothing is kept."""
    today = clock.today()
    try:
        facts = queries.item_facts(code, today)
    except NotFound:
        return gone(code)
    remember(facts.edition)
    payer = Payer(facts.entry.payer)
    lines, marks = marked_today(facts)
    asked = panels.asked_of(lines)
    shown = _shown(facts, asked, today)
    spread = calculator.spread(totals(marks), money_short) if asked else None
    quoted, refusal = _quoted()
    place = panels.position(quoted, shown.today, _allowed(asked), payer) if quoted is not None and asked else None
    comparable = len(shown.today) >= FEWEST
    return render_template(
        "pages/prices.html",
        facts=facts,
        entry=facts.entry,
        name=in_words(facts.entry.name_zh, facts.entry.name_en),
        lines=lines,
        problems={line.name: said(line.refusal) for line in lines if line.refusal},
        quantity=for_quantity(asked) if asked else "",
        shown=shown,
        comparable=comparable,
        fiscal=payer == Payer.AUTHORITY,
        few=FEWEST,
        parts=[(percent, percentile(shown.today, percent)) for percent in PERCENTS] if comparable else [],
        listed_chart=_listed_chart(shown),
        month_chart=_month_chart(shown),
        bins=bins_of(spread) if comparable else [],
        marks=_marks(shown.today, place),
        place=place,
        quoted=request.args.get("price", "").strip()[:40],
        quoted_problem=said(refusal) if refusal else "",
        address=address_of(lines),
        report=url_for("oversight.new_voice", kind="demanded_outside", service=facts.entry.code),
    )


def _shown(facts: ItemFacts, asked: list[Line], today: date) -> Shown:
    editions = past.editions_of(facts.entry.service_id, today)
    offers = past.offers_ever(facts.entry.service_id, panels.asked_ever(asked, editions)) if asked else []
    days = panels.month_ends(today)
    sums = panels.in_force(days, editions, offers)
    months = [MonthEnd(day, panels.figure(ordered)) for day, ordered in zip(days, sums, strict=True)]
    return Shown(panels.listed_ranges(asked, editions) if asked else [], months, sums[-1])


def _quoted() -> tuple[int | None, BreaksRule | None]:
    typed = request.args.get("price", "").strip()
    if not typed:
        return None, None
    try:
        return parse_yuan(typed), None
    except BreaksRule as refusal:
        return None, refusal


def _allowed(asked: list[Line]) -> tuple[int, int] | None:
    found = [line.listed for line in asked if line.listed]
    if not found or len(found) < len(asked):
        return None
    return sum(one.floor_fen for one in found), sum(one.ceiling_fen for one in found)


def _listed_chart(shown: Shown) -> RangeChart | None:
    words = _("Edition %(number)s", number="{number}")
    points = [Point(words.format(number=one.number), one.floor_fen, None, one.ceiling_fen) for one in shown.editions]
    return range_chart(points)


def _month_chart(shown: Shown) -> RangeChart | None:
    told = [(one.day, one.figure) for one in shown.months]
    return range_chart([Point(f"{day:%Y-%m}", one.low, one.median, one.high) for day, one in told])


def _marks(ordered: list[int], place: Position | None) -> list[dict[str, object]]:
    """The median and my own price on the axis of the distribution."""
    if len(ordered) < FEWEST or ordered[0] == ordered[-1]:
        return []
    median = percentile(ordered, 50)
    told = [(median, _("median %(sum)s", sum=money_short(median)), "blue")]
    if place is not None:
        told.append((place.quoted_fen, _("my price %(sum)s", sum=money_short(place.quoted_fen)), "red"))
    low, span = ordered[0], ordered[-1] - ordered[0]
    return [
        {"milli": min(max((fen - low) * 1000 // span, 0), 1000), "label": label, "tone": tone}
        for fen, label, tone in told
    ]
