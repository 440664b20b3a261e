"""The trace: how an amount came about, step by step, so that a lawyer can follow it with a pencil.

A step is a code with facts; facts whose name ends in `_fen` are money and are written as yuan in the sentence.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from market.base.money import HALF_UP, format_yuan
from market.base.pricing.band import BEFORE, COEFFICIENT_UNIT, Band
from market.base.pricing.factors import in_units, named_products
from market.base.pricing.item import SLAB, Part, PricedItem
from market.base.pricing.quantity import STEPS, exact_decimal, exact_yuan
from market.base.words import N_, SENTENCES, register_sentences

register_sentences(
    {
        "trace.minimum_quantity": N_("A quantity below {minimum} {unit} counts as {minimum} {unit}."),
        "trace.share": N_("{share} {unit} above {lower} {unit} at {rate}: {amount}"),
        "trace.sum": N_("The shares of all brackets together: {amount}"),
        "trace.fixed": N_("Fixed amount for this bracket: {amount}"),
        "trace.proportional": N_("{quantity} {unit} at {rate}: {amount}"),
        "trace.line": N_(
            "{y0_fen} at {q0} {unit}, then {rate} on a straight line for the {rise} {unit} above it: {amount}"
        ),
        "trace.slab": N_(
            "The whole {quantity} {unit} lies in the bracket above {lower} {unit} and bears its rate, {rate}: {amount}"
        ),
        "trace.base_rounded": N_("Rounded half up to the fen: {base_fen}"),
        "trace.base_rounded_half_even": N_("Rounded half to even to the fen (GB/T 8170): {base_fen}"),
        "trace.base_rounded_down": N_("Rounded down to the fen: {base_fen}"),
        "trace.base_rounded_up": N_("Rounded up to the fen: {base_fen}"),
        "trace.no_base": N_(
            "The document prints only a range or a ceiling; {upper_fen} is its upper figure and there is no base price."
        ),
        "trace.minimum_fee": N_("Less than the minimum fee counts as the minimum fee: {min_fen}"),
        "trace.maximum_fee": N_("More than the maximum fee counts as the maximum fee: {max_fen}"),
        "trace.coefficient": N_("Multiplied by the coefficient {coefficient}: {amount}"),
        "trace.coefficient_product": N_("Multiplied by the coefficient {coefficient} ({factors}): {amount}"),
        "trace.float": N_("Lawful from {low} % to {high} % of it: {lowest} to {highest}"),
        "trace.rounded": N_("Rounded half up to the fen: {floor_fen} to {ceiling_fen}"),
        "trace.rounded_half_even": N_("Rounded half to even to the fen (GB/T 8170): {floor_fen} to {ceiling_fen}"),
        "trace.rounded_down": N_("Rounded down to the fen: {floor_fen} to {ceiling_fen}"),
        "trace.rounded_up": N_("Rounded up to the fen: {floor_fen} to {ceiling_fen}"),
        "trace.unapplied": N_("The document also says “{text}”. This is not applied here: read it before you charge."),
        "trace.result": N_("Lawful charge: at least {floor_fen}, at most {ceiling_fen}"),
    }
)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a trace: a code and its facts."""

    code: str
    facts: Mapping[str, int | str]

    def text(self, translate: Callable[[str], str] = str) -> str:
        """The step in words, in the language of `translate`."""
        return translate(SENTENCES[self.code]).format(**shown_facts(self.facts))

    def as_json(self, translate: Callable[[str], str] = str) -> dict[str, int | str]:
        """The step as an object: `step`, `text`, and its facts (money in fen, quantities as decimals in text)."""
        return {"step": self.code.removeprefix("trace."), "text": self.text(translate), **self.facts}


def shown_facts(facts: Mapping[str, object]) -> dict[str, object]:
    """The facts as a sentence shows them: what ends in `_fen` is written in yuan."""
    return {
        name: format_yuan(value) if name.endswith("_fen") and isinstance(value, int) else value
        for name, value in facts.items()
    }


@dataclass(frozen=True, slots=True)
class Price:
    """What the law says about one quantity: base, lawful floor and ceiling in fen, and how they came about.

    `base_fen` is None where the document gives only a range or a ceiling. The trace is worked out when it is read.
    """

    base_fen: int | None
    charge_base_fen: int
    coefficient: int
    floor_fen: int
    ceiling_fen: int
    band: Band
    quantity: int
    item: PricedItem | None = None

    @property
    def trace(self) -> tuple[Step, ...]:
        """The steps from the quantity to the lawful charge."""
        return tuple(_steps(self))


def _steps(price: Price) -> Iterator[Step]:
    band, item = price.band, price.item
    exact = band.y0 + band.slope * (price.quantity - band.q0)
    if item and price.quantity < item.minimum_quantity:
        minimum = item.measure.number(item.minimum_quantity)
        yield Step("trace.minimum_quantity", {"minimum": minimum, "unit": item.unit})
    yield from _base_steps(price, exact)
    base = band.base(price.quantity)
    if band.base_known:
        yield Step(_by_mode("trace.base_rounded", band), {"base_fen": base, "rounding": band.rounding})
    else:
        yield Step("trace.no_base", {"upper_fen": base})
    if band.limits == BEFORE:
        yield from _limit_steps(band, base, base)
    amount = Fraction(price.charge_base_fen * price.coefficient, COEFFICIENT_UNIT)
    yield from _coefficient_steps(price, amount)
    yield from _float_steps(price, amount)
    if item and item.unapplied:
        yield Step("trace.unapplied", {"text": item.unapplied})
    yield Step("trace.result", {"floor_fen": price.floor_fen, "ceiling_fen": price.ceiling_fen})


def _by_mode(code: str, band: Band) -> str:
    return code if band.rounding == HALF_UP else f"{code}_{band.rounding}"


def _coefficient_steps(price: Price, amount: Fraction) -> Iterator[Step]:
    facts: dict[str, int | str] = {"coefficient": in_units(price.coefficient), "amount": exact_yuan(amount)}
    if price.item and price.item.factors:
        named = named_products(price.item.factors, price.coefficient)
        yield Step("trace.coefficient_product", {**facts, "factors": named})
    elif price.coefficient != COEFFICIENT_UNIT:
        yield Step("trace.coefficient", facts)


def _base_steps(price: Price, exact: Fraction) -> Iterator[Step]:
    band, item = price.band, price.item
    measure = item.measure if item else STEPS
    amount = exact_yuan(exact)
    slab = _slab(item, price.quantity)
    if slab:
        facts = {"lower": measure.number(slab.q_from), "unit": measure.unit, "rate": measure.rate(slab.slope)}
        counted = max(price.quantity, item.minimum_quantity if item else 0)
        yield Step("trace.slab", {"quantity": measure.number(counted), **facts, "amount": amount})
    elif item and item.parts:
        yield from _share_steps(item, max(price.quantity, item.minimum_quantity))
        yield Step("trace.sum", {"amount": amount})
    elif not band.slope_num:
        yield Step("trace.fixed", {"amount": amount})
    else:
        facts = {"unit": measure.unit, "rate": measure.rate(band.slope), "amount": amount}
        if band.y0 - band.slope * band.q0 == 0:
            yield Step("trace.proportional", {"quantity": measure.number(price.quantity), **facts})
        else:
            rise = measure.number(price.quantity - band.q0)
            yield Step("trace.line", {"y0_fen": band.y0, "q0": measure.number(band.q0), "rise": rise, **facts})


def _slab(item: PricedItem | None, quantity: int) -> Part | None:
    """The printed bracket that rules the whole quantity, where the document says slab."""
    if item is None or item.method != SLAB:
        return None
    counted = max(quantity, item.minimum_quantity)
    return next((part for part in item.parts if part.q_from < counted <= part.q_to), None)


def _share_steps(item: PricedItem, q: int) -> Iterator[Step]:
    measure = item.measure
    for part in item.parts:
        if q > part.q_from:
            share = _share(part, q)
            yield Step(
                "trace.share",
                {
                    "share": measure.number(share),
                    "lower": measure.number(part.q_from),
                    "unit": item.unit,
                    "rate": measure.rate(part.slope),
                    "amount": exact_yuan(part.slope * share),
                },
            )


def _share(part: Part, q: int) -> int:
    return min(q, part.q_to) - part.q_from


def _float_steps(price: Price, amount: Fraction) -> Iterator[Step]:
    band = price.band
    low, high = (Fraction(part, band.float_den) for part in (band.float_low, band.float_high))
    floats = low != 1 or high != 1
    if floats:
        yield Step(
            "trace.float",
            {
                "low": exact_decimal(low * 100),
                "high": exact_decimal(high * 100),
                "lowest": exact_yuan(amount * low),
                "highest": exact_yuan(amount * high),
            },
        )
    unlimited = replace(band, limits=BEFORE)
    floor = unlimited.amount(price.charge_base_fen, price.coefficient, band.float_low)
    ceiling = unlimited.amount(price.charge_base_fen, price.coefficient, band.float_high)
    if floats or price.coefficient != COEFFICIENT_UNIT:
        facts: dict[str, int | str] = {"floor_fen": floor, "ceiling_fen": ceiling, "rounding": band.rounding}
        yield Step(_by_mode("trace.rounded", band), facts)
    if band.limits != BEFORE:
        yield from _limit_steps(band, floor, ceiling)


def _limit_steps(band: Band, *amounts: int) -> Iterator[Step]:
    if min(amounts) < band.min_fen:
        yield Step("trace.minimum_fee", {"min_fen": band.min_fen})
    if max(amounts) > band.max_fen:
        yield Step("trace.maximum_fee", {"max_fen": band.max_fen})
