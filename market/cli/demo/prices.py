"""Plausible marks: around a level of the service, by an agency's own factor, always inside the list's rule."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from random import Random

from market.agencies.rules import Fixed, Mark, Percent, PerUnit, share_range
from market.base.pricing import Band as Line
from market.base.pricing.quantity import exact_decimal
from market.catalogue.models import FeeItem
from market.catalogue.rules import PriceState, Pricing

# Yuan a unit around which agencies mark; the figures are the demo's invention, like the agencies.
LEVELS: Mapping[str, tuple[int, int]] = {
    "平方米": (2, 9),
    "批次": (900, 3200),
    "样": (300, 900),
    "次": (800, 4200),
    "人次": (60, 160),
    "辆次": (120, 260),
    "艘次": (1500, 5200),
    "台": (600, 1800),
    "组/次": (180, 620),
    "公顷": (7000, 12000),
    "件": (200, 900),
    "例": (800, 2600),
    "日": (120, 480),
    "吨": (1400, 3600),
    "宗": (3000, 12000),
    "座": (18000, 60000),
}
_OTHER = (9000, 98000)


def level(item: FeeItem, random: Random) -> int:
    """The yuan around which a service without reference is marked; one draw per fee item."""
    low, high = LEVELS.get(item.unit, _OTHER)
    return random.randrange(low * 100, high * 100) // 100


def mark(item: FeeItem, bands: Sequence[Line], yuan: int, *, factor: float) -> Mark:
    """An agency's mark on a fee item with the list's `bands`; `factor` is the agency's distance from the level."""
    if item.price_state == PriceState.LISTED:
        low, high = share_range(bands, is_set=item.pricing == Pricing.GOVERNMENT_SET)
        share = low + (high - low) * min(Fraction(1), max(Fraction(1, 2), Fraction(factor).limit_denominator(50)))
        return Percent(int(share * 100) * 10)
    if item.schedule_key and item.price_state == PriceState.MARKED:
        return Percent(min(1150, max(380, round(820 * factor / 10) * 10)))
    if item.unit in LEVELS:
        # Small unit prices are marked to the cent, larger ones to the yuan.
        fen = round(yuan * 100 * factor)
        step = 10 if fen < 10_000 else 1_000
        return PerUnit(max(step, fen // step * step))
    return Fixed(max(100_00, round(yuan * factor / 100) * 100_00))


def quantity(item: FeeItem, brackets: Sequence[tuple[int, int]], random: Random) -> str:
    """How much is ordered, as typed: inside the brackets there are, otherwise by the unit's nature."""
    if brackets:
        first, last = brackets[0], brackets[-1][1]
        low = max(first[0], min(first[1], last) // 20)
        high = max(low + 1, min(last, low * 40, first[1] * 6))
        steps = random.randint(low + 1, high)
        grain = max(1, 10 ** (len(str(steps)) - 2))
        steps = max(low + 1, steps // grain * grain)
        return exact_decimal(Fraction(steps, item.steps_per_unit))
    amounts = {"平方米": (800, 26000), "公顷": (2, 30), "日": (5, 60), "吨": (1, 40), "人次": (1, 30), "辆次": (1, 25)}
    low, high = amounts.get(item.unit, (1, 1 if item.unit in ("项", "宗", "座") else 8))
    return str(random.randint(low, high))
