"""The price of my quantity: what the list allows, what the reference says, and every agency's marked price for it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import lru_cache

from market.agencies.queries import OfferRow
from market.base.errors import BreaksRule
from market.base.money import rounded
from market.base.pricing import COEFFICIENT_UNIT, Price, PricedItem, open_end, parse_quantity, price_at
from market.base.pricing.quantity import exact_decimal
from market.catalogue.listing import Ask, ListedPrice, item_of, line_of, measure_of, price, published
from market.catalogue.models import Band, FeeItem, PriceSchedule
from market.catalogue.rules import Payer, PriceState
from market.catalogue.schedules import NormalSchedule
from market.pages.queries.item import Priced
from market.pages.robust import FEWEST, percentile

MOST_BINS = 8


_YUAN_OF_AN_EXAMPLE = 10_000


@dataclass(frozen=True, slots=True)
class Coefficient:
    """A lawful coefficient as a choice: in 1/10000, and in decimals."""

    value: int
    text: str


@dataclass(slots=True)
class Line:
    """One fee item of the calculator: what was typed, and what came of it; `refusal` says why nothing did."""

    item: FeeItem
    bands: Sequence[Band]
    choices: Sequence[Coefficient]
    typed: str = ""
    quantity: int | None = None
    coefficient: int = COEFFICIENT_UNIT
    refusal: BreaksRule | None = None
    listed: ListedPrice | None = None
    reference: Price | None = None

    @property
    def name(self) -> str:
        """The name of its field in the address."""
        return f"q{self.item.position}"

    @property
    def can_be_asked(self) -> bool:
        """Whether a quantity of it can have a price at all."""
        return self.item.price_state != PriceState.UNPUBLISHED


@dataclass(frozen=True, slots=True)
class Offered:
    """An agency's marked price for the quantities asked: the sum in fen, or why there is none."""

    offer: OfferRow
    total_fen: int | None
    refusal: BreaksRule | None = None


@dataclass(frozen=True, slots=True)
class Spread:
    """How marked prices lie: `median_fen` None where there are too few to compare; bins as (from, to, count)."""

    n: int
    low_fen: int
    high_fen: int
    median_fen: int | None
    bins: Sequence[tuple[int, int, int]] = field(default=())


def lines(items: Iterable[Priced], given: Mapping[str, str], examples: Mapping[int, Sequence[Band]]) -> list[Line]:
    """The fee items with what the address asks of each; without any quantity, an example of the first one.

    `examples` are bands by fee item whose quantities an example must lie in, where the list has none of its own.
    """
    made = [Line(one.item, one.bands, _choices(one.coefficients)) for one in items]
    asked = [line for line in made if line.can_be_asked]
    if asked and not any(given.get(line.name, "").strip() for line in asked):
        first = asked[0]
        given = {**given, first.name: _example(first.item, first.bands or examples.get(first.item.id, ()))}
    for line in asked:
        _read(line, given)
    return made


def _choices(coefficients: Sequence[int]) -> list[Coefficient]:
    return [Coefficient(value, exact_decimal(Fraction(value, COEFFICIENT_UNIT))) for value in coefficients]


def example_steps(item: FeeItem) -> int:
    """The quantity that stands where nobody typed one: one unit, of a sum in yuan ten thousand of them."""
    return item.steps_per_unit * (_YUAN_OF_AN_EXAMPLE if item.unit == "元" else 1)


def _example(item: FeeItem, bands: Sequence[Band]) -> str:
    unit = example_steps(item)
    if bands and not any(band.q_from < unit <= band.q_to for band in bands):
        first = bands[0]
        unit = first.q_to if open_end(line_of(first)) != first.q_to else first.q_from + item.steps_per_unit
    return measure_of(item).number(unit)


def _read(line: Line, given: Mapping[str, str]) -> None:
    line.typed = given.get(line.name, "").strip()[:40]
    wanted = given.get(f"k{line.item.position}", "")
    lawful = [choice.value for choice in line.choices]
    line.coefficient = next((value for value in lawful if str(value) == wanted), _plain(lawful))
    if not line.typed:
        return
    try:
        line.quantity = parse_quantity(line.typed, line.item.steps_per_unit)
    except BreaksRule as refusal:
        line.refusal = refusal


def _plain(lawful: Sequence[int]) -> int:
    return COEFFICIENT_UNIT if COEFFICIENT_UNIT in lawful or not lawful else lawful[0]


def work_out(made: Iterable[Line], schedules: Sequence[PriceSchedule], payer: Payer) -> None:
    """Fill in what the list allows for each quantity, or what the reference standard would come to."""
    for line in made:
        if line.quantity is None:
            continue
        try:
            if line.item.price_state == PriceState.LISTED:
                line.listed = price(Ask(line.item, line.quantity, line.coefficient, payer), line.bands)
            elif reference := reference_of(line.item, schedules):
                line.reference = price_at(reference, line.quantity, coefficient=_lawful(reference, line.coefficient))
        except BreaksRule as refusal:
            # A reference does not bind: that it is silent about a quantity refuses nothing.
            if line.item.price_state == PriceState.LISTED:
                line.refusal = refusal


def _lawful(reference: PricedItem, coefficient: int) -> int:
    lawful = reference.bands[0].coefficients if reference.bands else (coefficient,)
    return coefficient if coefficient in lawful else _plain(lawful)


def reference_of(item: FeeItem, schedules: Sequence[PriceSchedule]) -> PricedItem | None:
    """The fee item in its published schedule, if there is one."""
    for schedule in schedules:
        if schedule.key == item.schedule_key and not schedule.refused_code:
            return normal(schedule).items.get(item.schedule_item)
    return None


def priced_item(item: FeeItem, schedules: Sequence[PriceSchedule]) -> PricedItem:
    """The fee item with the brackets and gaps of its document, for the trace."""
    return reference_of(item, schedules) or item_of(item)


def normal(schedule: PriceSchedule) -> NormalSchedule:
    """A stored schedule, normalised; what was read once is kept, because a published edition never changes."""
    return _normal(schedule.key, schedule.data)


@lru_cache(maxsize=64)
def _normal(key: str, data: str) -> NormalSchedule:
    return published(PriceSchedule(key=key, data=data))


def asks(made: Iterable[Line], payer: Payer) -> list[Ask]:
    """What is asked of every agency: the quantities that the list does not refuse."""
    asked = [line for line in made if line.quantity is not None and line.refusal is None]
    return [Ask(line.item, line.quantity or 0, line.coefficient, payer) for line in asked]


def compare(offers: Iterable[OfferRow], made: Sequence[Line], payer: Payer) -> list[Offered]:
    """Every agency's marked price for all quantities asked, the lowest first; who has none stands at the end."""
    asked = asks(made, payer)
    found = [_offered(offer, asked) for offer in offers]
    return sorted(
        found, key=lambda one: (one.total_fen is None, one.total_fen or 0, one.offer.promised_days, one.offer.offer_id)
    )


def _offered(offer: OfferRow, asked: Sequence[Ask]) -> Offered:
    total = 0
    try:
        for ask in asked:
            total += price(ask, offer.bands.get(ask.fee_item.id, ())).amount_fen
    except BreaksRule as refusal:
        return Offered(offer, None, refusal)
    return Offered(offer, total if asked and total else None)


def spread(sums: Sequence[int], short: Callable[[int], str] = str) -> Spread | None:
    """How sums in ascending order lie; None where there is none. Bins that `short` would write alike are not made."""
    found = spread_of(sums)
    if found is None or found.median_fen is None or short(found.low_fen) == short(found.high_fen):
        return found
    return replace(found, bins=_bins(sums))


def spread_of(sums: Sequence[int]) -> Spread | None:
    """How sums in ascending order lie, without bins; None where there is none."""
    if not sums:
        return None
    return Spread(len(sums), sums[0], sums[-1], percentile(sums, 50) if len(sums) >= FEWEST else None)


def _bins(sums: Sequence[int]) -> list[tuple[int, int, int]]:
    low, span = sums[0], sums[-1] - sums[0]
    count = min(MOST_BINS, max(3, len(sums) // 3))
    counts = [0] * count
    for one in sums:
        counts[min(count - 1, (one - low) * count // span)] += 1
    return [(low + span * k // count, low + span * (k + 1) // count, number) for k, number in enumerate(counts)]


def against_median(total_fen: int | None, spread_: Spread | None) -> int | None:
    """How far a price lies from the median, in whole per cent (negative: below); None where nothing is compared."""
    if total_fen is None or spread_ is None or not spread_.median_fen:
        return None
    return rounded((total_fen - spread_.median_fen) * 100, spread_.median_fen)
