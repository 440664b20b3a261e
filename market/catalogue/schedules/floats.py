"""What a schedule's free text about floating means: one range, only a ceiling, coefficients, or nothing known."""

import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction

from market.base.pricing import AFTER, BEFORE, COEFFICIENT_UNIT, Band, floated
from market.catalogue.schedules.cells import Place

ONLY_A_CEILING = "最高标准"
_CEILING = re.compile(
    r"(?:以上|上述|本|均|收费|政府指导价|以此)?(?:标准)?(?:均)?为?"
    r"(?:最高(?:收费|指导)?标准|最高限价|最高指导价|最高收费|上限(?:标准|价)?)"
    r"(?:,?(?:(?:可|允许|可以)?(?:向下|下)浮(?:动)?(?:不限|幅度不限)?|(?:不得|不准|不可)(?:上浮|突破|超过)))*"
    r"|下浮(?:幅度)?不限(?:,不得上浮)?|(?:可|允许)下浮,不得上浮|不得上浮,(?:可|允许)下浮"
)
_NOTHING = {"无", "-", "—", "–", "/", "不浮动", "无浮动"}
_UNLIMITED_BELOW = re.compile(r",?(?:可)?下浮(?:幅度)?不限,?")
_FIGURE = r"([0-9]{1,5}(?:\.[0-9]{1,6})?)%"
_MOST = r"(?:幅度)?(?:最高|最多|最大)?(?:不得?超过|不得?高于|不得?大于|至多|最高|最多|最大)"
_LEAD = (
    r"(?:可以?|允许|可在|在|以|按)?(?:(?:政府)?(?:基准价|指导价|收费标准|标准)(?:的)?(?:基础上)?(?:为基础)?,?)?"
    r"(?:可以?|允许)?(?:浮动(?:幅度|范围)(?:为|是)?:?)?"
)
_TAIL = (
    r"(?:以?内|(?:的)?(?:范围|幅度)内?)?(?:浮动|协商确定|协商)?(?:,(?:具体)?由(?:委托)?双方(?:当事人)?协商(?:确定)?)?"
)
_TO = r"(?:至|到|~|—|–|-)"
_JOIN = r"(?:[,、;和及]|可|允许|至|到|~|—|–|-)*"
# Each pattern with the signs of its figures: the lower end first where there are two.
_RANGES: tuple[tuple[re.Pattern[str], tuple[int, ...]], ...] = tuple(
    (re.compile(_LEAD + form + _TAIL), signs)
    for form, signs in (
        (rf"±{_FIGURE}", (0,)),
        (rf"上下(?:各)?(?:浮动)?(?:{_MOST}|幅度为?|为)?±?{_FIGURE}", (0,)),
        (rf"(?:浮动)?{_MOST}±{_FIGURE}", (0,)),
        (rf"上浮{_MOST}{_FIGURE}", (1,)),
        (rf"{_MOST}(?:可以?)?上浮{_FIGURE}", (1,)),
        (rf"下浮{_MOST}{_FIGURE}", (-1,)),
        (rf"{_MOST}(?:可以?)?下浮{_FIGURE}", (-1,)),
        (rf"下浮(?:{_MOST})?{_FIGURE}{_JOIN}上浮(?:{_MOST})?{_FIGURE}", (-1, 1)),
        (rf"上浮(?:{_MOST})?{_FIGURE}{_JOIN}下浮(?:{_MOST})?{_FIGURE}", (1, -1)),
        (rf"-{_FIGURE}{_TO}\+?{_FIGURE}", (-1, 1)),
        (rf"-{_FIGURE}[/,、;]\+{_FIGURE}", (-1, 1)),
        (rf"\+{_FIGURE}(?:{_TO}|[/,、;])-{_FIGURE}", (1, -1)),
        (rf"-{_FIGURE}{_TO}-{_FIGURE}", (-1, -1)),
        (rf"\+{_FIGURE}{_TO}\+{_FIGURE}", (1, 1)),
    )
)
_WITHIN = re.compile(_LEAD + rf"(上浮|下浮){_FIGURE}(?:以内|(?:的)?(?:范围|幅度)内)")
_COEFFICIENTS = re.compile(r"[^0-9±/]*系数(?:为|:)?([0-9]+(?:\.[0-9]+)?(?:[/、,][0-9]+(?:\.[0-9]+)?)+)")
_FLOATS = re.compile(r"±|浮[^0-9]*[0-9]|[0-9]%[^0-9]*浮|[+-][0-9.]+%")
_PRIVATE = re.compile(r"\((?:一般知识|未核实|待核实?|政府指导价|sourced|general_knowledge|unknown)\)")
"""Where a figure comes from and how far it is trusted: it says nothing about the figure itself."""


@dataclass(frozen=True, slots=True)
class Floating:
    """The template band that a text gives, and what of the text was not understood (empty: all of it was)."""

    template: Band
    unapplied: str = ""


def read_floating(place: Place, given: str) -> Floating:
    """The float or the coefficients of a text.

    Refuses `schedule.float_ambiguous` where it speaks of floating and can be read in more than one way. A text about
    something else changes no price and is handed back as not applied.
    """
    plain = "".join(unicodedata.normalize("NFKC", given).split()).replace("−", "-").replace("。", "")
    plain = _PRIVATE.sub("", plain).rstrip(",;")
    if not plain or plain in _NOTHING:
        return Floating(Band())
    if _CEILING.fullmatch(plain):
        # The minimum is applied first: it is part of the highest charge, and the floor stays at nothing.
        return Floating(floated(Band(limits=BEFORE), Fraction(0), Fraction(1)))
    # `下浮不限` beside an upper end: the lower end is nothing.
    above, unlimited = _UNLIMITED_BELOW.subn("", plain)
    span = _span(above)
    if span and unlimited:
        span = None if span[0] < 1 else (Fraction(0), span[1])
    if span:
        low, high = span
        if not 0 <= low <= high or high > 2:
            raise place.refusal("schedule.float_ambiguous", given)
        return Floating(floated(Band(limits=AFTER), low, high))
    listed = _COEFFICIENTS.fullmatch(plain)
    if listed:
        return Floating(Band(coefficients=_coefficients(place, listed[1], given)))
    if _FLOATS.search(plain):
        raise place.refusal("schedule.float_ambiguous", given)
    return Floating(Band(), " ".join(given.split()))


def _span(plain: str) -> tuple[Fraction, Fraction] | None:
    within = _WITHIN.fullmatch(plain)
    if within:
        share = Fraction(within[2]) / 100
        return (Fraction(1), 1 + share) if within[1] == "上浮" else (1 - share, Fraction(1))
    for pattern, signs in _RANGES:
        found = pattern.fullmatch(plain)
        if found:
            return _ends([Fraction(figure) / 100 for figure in found.groups()], signs)
    return None


def _ends(shares: list[Fraction], signs: tuple[int, ...]) -> tuple[Fraction, Fraction]:
    if signs == (0,):
        return 1 - shares[0], 1 + shares[0]
    ends = [1 + sign * share for sign, share in zip(signs, shares, strict=True)]
    # One end alone floats from the price itself.
    ends = [*ends, Fraction(1)] if len(ends) == 1 else ends
    return min(ends), max(ends)


def _coefficients(place: Place, listed: str, given: str) -> tuple[int, ...]:
    exact = [Fraction(one) * COEFFICIENT_UNIT for one in re.split(r"[/、,]", listed) if len(one) < 10]
    products = sorted({int(one) for one in exact if one.denominator == 1 and one > 0})
    if len(products) != len(re.split(r"[/、,]", listed)):
        raise place.refusal("schedule.float_ambiguous", given)
    return tuple(products)
