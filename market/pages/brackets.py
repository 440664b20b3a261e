"""A price rule as a table: which standard for which quantity, how far it floats, least and most, and the gaps."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from market.base.money import HALF_UP, MAX_FEN, format_yuan
from market.base.pricing import MAX_QUANTITY, SLAB, Band, Gap, Measure, PricedItem, open_end, unit_name
from market.base.pricing.quantity import exact_decimal
from market.base.words import N_, register_labels
from market.web import locale
from market.web.labels import labels, sentence

register_labels(
    {
        "bracket.any": N_("Any quantity"),
        "bracket.above": N_("Above {low} {unit}"),
        "bracket.between": N_("Above {low} up to {high} {unit}"),
        "bracket.up_to": N_("Up to {high} {unit}"),
        "bracket.line": N_("{start} at {at} {unit}, then {rate}"),
        "bracket.upper": N_("{line} (upper figure; no standard is printed)"),
        "bracket.least": N_("at least {fen}"),
        "bracket.most": N_("at most {fen}"),
        "bracket.part": N_("{rate} of the part inside"),
        "bracket.whole": N_("{rate} of the whole quantity"),
        "bracket.between_points": N_("{start} to {end}, on a straight line"),
    }
)


@dataclass(frozen=True, slots=True)
class Bracket:
    """One row of the table; `gap` marks a part without a published price, and `standard` then says why."""

    interval: str
    standard: str
    floats: str
    limits: str
    gap: bool = False


@dataclass(frozen=True, slots=True)
class RuleTable:
    """A fee item's rule; `floats` and `limits` say whether those columns hold anything."""

    name: str
    base_name: str
    unit: str
    method: str
    rows: list[Bracket]
    floats: bool
    limits: bool


def rule_table(item: PricedItem) -> RuleTable:
    """The item's brackets as its document prints them."""
    words = labels()
    rows = _part_rows(item, words) if item.parts and item.bands else [_row(band, item, words) for band in item.bands]
    rows += [_gap_row(gap, item.measure, words) for gap in item.gaps]
    return RuleTable(
        name=item.name,
        base_name=item.base_name,
        unit=_unit(item.measure),
        method=words[f"schedule_method.{item.method}"],
        rows=rows,
        floats=any(row.floats for row in rows),
        limits=any(row.limits for row in rows),
    )


def _part_rows(item: PricedItem, words: Mapping[str, str]) -> list[Bracket]:
    band, key = item.bands[0], "bracket.whole" if item.method == SLAB else "bracket.part"
    return [
        Bracket(
            _interval((part.q_from, part.q_to), item.measure, words, endless=part.q_to >= _last(item)),
            words[key].format(rate=_rate(item.measure, part.slope)),
            _floats(band),
            _limits(band, words),
        )
        for part in item.parts
    ]


def _last(item: PricedItem) -> int:
    return max(band.q_to for band in item.bands) if not item.gaps else MAX_QUANTITY


def _row(band: Band, item: PricedItem, words: Mapping[str, str]) -> Bracket:
    endless = open_end(band) == band.q_to
    interval = _interval((band.q_from, band.q_to), item.measure, words, endless=endless)
    if item.method == "bracket_interpolated" and band.slope_num and not endless:
        # As printed: the figures at both ends. The slope between them is seldom a number one can write.
        ends = {"start": format_yuan(band.base(band.q_from)), "end": format_yuan(band.base(band.q_to))}
        standard = words["bracket.between_points"].format(**ends)
    else:
        standard = _standard(band, item.measure, words)
    return Bracket(interval, standard, _floats(band), _limits(band, words))


def _gap_row(gap: Gap, measure: Measure, words: Mapping[str, str]) -> Bracket:
    interval = _interval((gap.q_from, gap.q_to), measure, words, endless=gap.q_to >= MAX_QUANTITY)
    facts = {**gap.facts, "unit": _unit(measure)} if "unit" in gap.facts else gap.facts
    return Bracket(interval, sentence(gap.reason, facts), "", "", gap=True)


def _interval(span: tuple[int, int], measure: Measure, words: Mapping[str, str], *, endless: bool) -> str:
    low, high = (measure.number(one) for one in span)
    key = ("any" if endless else "up_to") if span[0] == 0 else ("above" if endless else "between")
    return words[f"bracket.{key}"].format(low=low, high=high, unit=_unit(measure)).strip()


def _standard(band: Band, measure: Measure, words: Mapping[str, str]) -> str:
    if not band.slope_num:
        told = format_yuan(band.y0)
    elif band.y0 == band.slope * band.q0:
        told = _rate(measure, band.slope)
    else:
        facts = {"start": format_yuan(band.y0), "at": measure.number(band.q0), "rate": _rate(measure, band.slope)}
        told = words["bracket.line"].format(unit=_unit(measure), **facts)
    return told if band.base_known else words["bracket.upper"].format(line=told)


def _unit(measure: Measure) -> str:
    return unit_name(measure.unit, locale.current())


def _rate(measure: Measure, slope: Fraction) -> str:
    # Whether a rate is a percentage depends on the printed unit, so only other units are renamed.
    return measure.rate(slope) if measure.is_money else Measure(_unit(measure), measure.steps_per_unit).rate(slope)


def _floats(band: Band) -> str:
    low, high = (exact_decimal(Fraction(part * 100, band.float_den)) for part in (band.float_low, band.float_high))
    return "" if low == high == "100" else f"{low}% – {high}%"


def _limits(band: Band, words: Mapping[str, str]) -> str:
    told = [words["bracket.least"].format(fen=format_yuan(band.min_fen))] if band.min_fen else []
    if band.max_fen < MAX_FEN:
        told.append(words["bracket.most"].format(fen=format_yuan(band.max_fen)))
    if band.rounding != HALF_UP:
        told.append(words[f"rounding.{band.rounding}"])
    return ", ".join(told)
