"""A typed schedule as the register understands it: the table, the curve, the proof of its joints and an example.

Everything here is plain values for the template; amounts stand at the coefficient 1, or at the least one of the set.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from market.base.errors import BreaksRule
from market.base.money import MAX_FEN, format_yuan
from market.base.pricing import COEFFICIENT_UNIT, Band, Gap, PricedItem, parse_quantity, price_at
from market.base.pricing.factors import in_units, named_sets
from market.base.pricing.proof import Joint as Proved
from market.base.pricing.proof import is_monotone, joints
from market.base.pricing.quantity import exact_decimal, exact_yuan
from market.base.words import N_, register_labels
from market.catalogue.forms import Understood
from market.web.curve import Chart, amounts, curve_of, endless, segments
from market.web.labels import labels, said, sentence

register_labels(
    {
        "price_piece.any": N_("Any quantity"),
        "price_piece.above": N_("Above {low} {unit}"),
        "price_piece.between": N_("Above {low} up to {high} {unit}"),
        "price_piece.up_to": N_("Up to {high} {unit}"),
        "price_piece.part": N_("{rate} of the part inside"),
        "price_piece.line": N_("{start} at {at} {unit}, then {rate}"),
        "price_piece.upper": N_("{line} (upper figure; no standard is printed)"),
        "price_piece.jump": N_("Jumps by {fen}"),
        "price_piece.falls": N_("Falls by {fen}"),
        "price_piece.continuous": N_("Continuous"),
    }
)


@dataclass(frozen=True, slots=True)
class Piece:
    """One row of the table; a gap has no amounts and `standard` says why."""

    interval: str
    standard: str
    floor: str
    ceiling: str
    gap: bool = False


@dataclass(frozen=True, slots=True)
class Joint:
    """Where two brackets meet: the fee (before float and coefficient) on either side, and what happens there."""

    quantity: str
    left: str
    right: str
    told: str
    tone: str


@dataclass(frozen=True, slots=True)
class Example:
    """One quantity priced: its lawful charge and the trace in words, or why there is none."""

    charge: str
    steps: list[str]
    refused: str = ""


@dataclass(frozen=True, slots=True)
class ItemView:
    """A fee item as understood. `rises` says that no greater quantity costs less."""

    name: str
    base: str
    pieces: list[Piece]
    limits: list[str]
    chart: Chart | None
    joints: list[Joint]
    rises: bool
    example: Example | None


def item_views(understood: Understood, quantity: str) -> list[ItemView]:
    """Every fee item of the schedule, with the example of the typed quantity."""
    if understood.schedule is None:
        return []
    words = labels()
    return [_view(item, quantity, words) for item in understood.schedule.items.values()]


def _view(item: PricedItem, quantity: str, words: Mapping[str, str]) -> ItemView:
    return ItemView(
        name=words.get(f"fee_item.{item.name}", item.name),
        base=f"{item.base_name} ({item.unit})" if item.unit else item.base_name,
        pieces=[_piece(item, piece, words) for piece in segments(item)],
        limits=_limits(item, words),
        chart=curve_of(item, quantity),
        joints=[_joint(item, one, words) for one in joints(item)],
        rises=is_monotone(item),
        example=_example(item, quantity) if quantity else None,
    )


# --- the table


def _piece(item: PricedItem, piece: Band | Gap, words: Mapping[str, str]) -> Piece:
    low, high = item.measure.number(piece.q_from), item.measure.number(piece.q_to)
    open_ended = endless(piece, item)
    key = ("any" if open_ended else "up_to") if piece.q_from == 0 else ("above" if open_ended else "between")
    interval = words[f"price_piece.{key}"].format(low=low, high=high, unit=item.unit).strip()
    if isinstance(piece, Gap):
        return Piece(interval, sentence(piece.reason, piece.facts), "—", "—", gap=True)
    floor, ceiling = amounts(piece, piece.q_to)
    known = not open_ended or not piece.slope_num
    ends = (format_yuan(floor), format_yuan(ceiling)) if known else ("—", "—")
    return Piece(interval, _standard(item, piece, words), *ends)


def _standard(item: PricedItem, band: Band, words: Mapping[str, str]) -> str:
    part = next((one for one in item.parts if one.q_from <= band.q_from < one.q_to), None)
    if part is not None and band.slope_num:
        return words["price_piece.part"].format(rate=item.measure.rate(part.slope))
    if not band.slope_num:
        told = format_yuan(band.y0)
    elif band.y0 == band.slope * band.q0:
        told = item.measure.rate(band.slope)
    else:
        facts = {"start": format_yuan(band.y0), "at": item.measure.number(band.q0), "unit": item.unit}
        told = words["price_piece.line"].format(rate=item.measure.rate(band.slope), **facts)
    return told if band.base_known else words["price_piece.upper"].format(line=told)


def _limits(item: PricedItem, words: Mapping[str, str]) -> list[str]:
    if not item.bands:
        return []
    band = item.bands[0]
    told = []
    if band.float_low != band.float_high:
        low, high = (exact_decimal(Fraction(100 * part, band.float_den)) for part in (band.float_low, band.float_high))
        told.append(f"{words['price_cell.float_range']}: {low}% – {high}%")
    if band.min_fen:
        told.append(f"{words['price_cell.minimum_fee']}: {format_yuan(band.min_fen)}")
    if band.max_fen < MAX_FEN:
        told.append(f"{words['price_cell.maximum_fee']}: {format_yuan(band.max_fen)}")
    if item.factors:
        told.append(f"{words['price_cell.coefficients']}: {named_sets(item.factors)}")
    elif len(band.coefficients) > 1:
        told.append(f"{words['price_cell.coefficients']}: {', '.join(in_units(one) for one in band.coefficients)}")
    told.append(words[f"rounding.{band.rounding}"])
    days = [one.isoformat() if one else "…" for one in (item.effective_from, item.effective_until)]
    if days != ["…", "…"]:
        told.append(f"{words['price_cell.effective']}: {days[0]} – {days[1]}")
    return told


# --- the proof


def _joint(item: PricedItem, joint: Proved, words: Mapping[str, str]) -> Joint:
    jump = Fraction(joint.jump_fen)
    key = "continuous" if joint.continuous else "jump" if jump > 0 else "falls"
    return Joint(
        quantity=f"{item.measure.number(joint.q)} {item.unit}",
        left=exact_yuan(Fraction(joint.left_fen)),
        right=exact_yuan(Fraction(joint.right_fen)),
        told=words[f"price_piece.{key}"].format(fen=exact_yuan(abs(jump))),
        tone={"continuous": "green", "jump": "amber", "falls": "red"}[key],
    )


# --- the example


def _example(item: PricedItem, quantity: str) -> Example:
    try:
        q = parse_quantity(quantity, item.steps_per_unit)
        band = next((one for one in item.bands if one.q_from < q <= one.q_to), None)
        allowed = band.coefficients if band else (COEFFICIENT_UNIT,)
        price = price_at(item, q, coefficient=COEFFICIENT_UNIT if COEFFICIENT_UNIT in allowed else min(allowed))
    except BreaksRule as refusal:
        return Example("", [], said(refusal))
    charge = f"{format_yuan(price.floor_fen)} – {format_yuan(price.ceiling_fen)}"
    return Example(charge, [sentence(step.code, step.facts) for step in price.trace])
