"""The panels of an item: its prices through time for one quantity, and where a price that somebody was quoted lies."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, timedelta

from market.base import clock
from market.base.errors import BreaksRule
from market.base.money import round_half_up
from market.base.words import N_, register_labels
from market.catalogue.listing import Ask, price
from market.catalogue.rules import Payer, PriceState
from market.pages.calculator import Line
from market.pages.queries.home import Remarked
from market.pages.queries.prices import ListedThen, PastAsk, PastOffer
from market.pages.robust import FEWEST, percentile

MONTHS = 24

register_labels(
    {
        "position.free": N_("Outside the list: the treasury pays for this, so nobody may ask you for any sum. Report it."),
        "position.above_list": N_("Outside the list: it is above the most that the list allows for this quantity. Report it."),
        "position.below_list": N_("Below the least that the list allows for this quantity: ask what it leaves out."),
        "position.above_marks": N_(
            "Outside the list: no agency has marked so high a price, and none may charge more than it has marked. Report it."
        ),
        "position.no_marks": N_("No agency has marked a price for this quantity, so there is nothing to compare with."),
        "position.few": N_("Not comparable yet: fewer than 8 agencies have marked a price for this quantity."),
        "position.low": N_("Low: three of four marked prices are higher."),
        "position.middle": N_("In the middle half of the marked prices."),
        "position.upper": N_("Upper part: three of four marked prices are lower."),
        "position.high": N_("High: nine of ten marked prices are lower. Compare before you buy."),
    }
)  # fmt: skip
OUTSIDE = frozenset({"free", "above_list", "above_marks"})


@dataclass(frozen=True, slots=True)
class Figure:
    """How `n` prices in fen lie; `median` None below FEWEST, and then the ends say nothing either."""

    n: int
    low: int | None = None
    median: int | None = None
    high: int | None = None


@dataclass(frozen=True, slots=True)
class MonthEnd:
    """The marked prices in force when a day ended, by the edition in force on it."""

    day: date
    figure: Figure


@dataclass(frozen=True, slots=True)
class ListedRange:
    """What an edition allowed for the quantity, in fen; both None where it had no such price."""

    number: int
    effective_from: date
    floor_fen: int | None
    ceiling_fen: int | None
    document: str
    listed: bool


@dataclass(frozen=True, slots=True)
class Position:
    """A quoted price among the marked ones: a key of the labels `position.*`, and the share that is lower."""

    quoted_fen: int
    verdict: str
    lower: int
    n: int

    @property
    def outside(self) -> bool:
        """Whether the list forbids it."""
        return self.verdict in OUTSIDE


def median_change(remarked: Sequence[Remarked]) -> tuple[int, int | None]:
    """How many marked prices could be compared with those of a year ago, and their median change in thousandths.

    None below FEWEST; of an even number the lower of the two in the middle.
    """
    n, passed = sum(one.count for one in remarked), 0
    if n < FEWEST:
        return n, None
    for one in sorted(remarked, key=lambda one: one.ratio):
        passed += one.count
        if 2 * passed >= n:
            return n, round_half_up((one.ratio - 1) * 1000)
    return n, None


def figure(ordered: Sequence[int]) -> Figure:
    """The figure of sums in ascending order."""
    n = len(ordered)
    if n < FEWEST:
        return Figure(n)
    return Figure(n, ordered[0], percentile(ordered, 50), ordered[-1])


def asked_of(lines: Iterable[Line]) -> list[Line]:
    """The lines with a quantity that has a price."""
    return [line for line in lines if line.quantity is not None and line.refusal is None]


def lines_then(asked: Sequence[Line], then: ListedThen) -> list[Line]:
    """The same fee items as another edition had them; empty where one of them was not there or counted otherwise."""
    known = {_sameness(one.item): one for one in then.items}
    if not all(_sameness(line.item) in known for line in asked):
        return []
    found = [(line, known[_sameness(line.item)]) for line in asked]
    return [replace(line, item=one.item, bands=one.bands, listed=None) for line, one in found]


def _sameness(item: object) -> tuple[object, ...]:
    # Two editions' fee items are one where they are called, counted and multiplied alike.
    return tuple(getattr(item, name) for name in ("name_zh", "unit", "steps_per_unit", "coefficient_set_id"))


def listed_ranges(asked: Sequence[Line], editions: Sequence[ListedThen]) -> list[ListedRange]:
    """What each edition allowed for the quantities asked, in the order of the editions."""
    return [_range(lines_then(asked, then), then) for then in editions]


def _range(lines: Sequence[Line], then: ListedThen) -> ListedRange:
    documents = ", ".join(dict.fromkeys(line.item.document_no for line in lines if line.item.document_no))
    told = (then.number, then.effective_from)
    if not lines or any(line.item.price_state != PriceState.LISTED for line in lines):
        return ListedRange(*told, None, None, documents, bool(then.items))
    try:
        prices = [price(_ask(line, Payer(then.payer)), line.bands) for line in lines]
    except BreaksRule:
        return ListedRange(*told, None, None, documents, listed=True)
    floor, ceiling = sum(one.floor_fen for one in prices), sum(one.ceiling_fen for one in prices)
    return ListedRange(*told, floor, ceiling, documents, listed=True)


def _ask(line: Line, payer: Payer) -> Ask:
    return Ask(line.item, line.quantity or 0, line.coefficient, payer)


def month_ends(today: date) -> list[date]:
    """The last days of the MONTHS months before, the oldest first, and today."""
    days, day = [today], today
    for _month in range(MONTHS):
        day = day.replace(day=1) - timedelta(days=1)
        days.append(day)
    return days[::-1]


def asked_ever(asked: Sequence[Line], editions: Iterable[ListedThen]) -> list[PastAsk]:
    """For each quantity asked, the fee item as every edition had it that had all of them."""
    found: list[dict[str, list[int]]] = [defaultdict(list) for _line in asked]
    for one in editions:
        for keys, line in zip(found, lines_then(asked, one), strict=False):
            keys[one.payer].append(line.item.id)
    return [PastAsk(keys, line.quantity or 0, line.coefficient) for keys, line in zip(found, asked, strict=True)]


def in_force(days: Sequence[date], editions: Sequence[ListedThen], offers: Iterable[PastOffer]) -> list[list[int]]:
    """By day, the sums of the prices in force when it ended in China, by its edition; ascending, as `offers` are."""
    # Of one time zone with what is stored: comparing two costs several times as much.
    ends = [clock.end_of_day(day).astimezone(UTC) for day in days]
    begun = [one.effective_from for one in editions]
    ruling = [editions[place - 1].edition_id if (place := bisect_right(begun, day)) else None for day in days]
    found: list[list[int]] = [[] for _day in days]
    for offer in offers:
        first = bisect_right(ends, offer.begins)
        last = len(ends) if offer.until is None else bisect_right(ends, offer.until)
        for place in range(first, last):
            if ruling[place] == offer.edition_id and not (offer.pauses and offer.paused(ends[place])):
                found[place].append(offer.total_fen)
    return found


def position(quoted_fen: int, ordered: Sequence[int], allowed: tuple[int, int] | None, payer: Payer) -> Position:
    """Where a quoted price lies among marked prices in ascending order; `allowed`: the list's own floor and ceiling."""
    lower = sum(one < quoted_fen for one in ordered)
    return Position(quoted_fen, _verdict(quoted_fen, ordered, allowed, payer), lower, len(ordered))


def _verdict(quoted: int, ordered: Sequence[int], allowed: tuple[int, int] | None, payer: Payer) -> str:
    if payer == Payer.AUTHORITY and quoted:
        return "free"
    if allowed and not allowed[0] <= quoted <= allowed[1]:
        return "above_list" if quoted > allowed[1] else "below_list"
    if not ordered:
        return "no_marks"
    if quoted > ordered[-1]:
        return "above_marks"
    if len(ordered) < FEWEST:
        return "few"
    if quoted < percentile(ordered, 25):
        return "low"
    if quoted > percentile(ordered, 90):
        return "high"
    return "upper" if quoted > percentile(ordered, 75) else "middle"
