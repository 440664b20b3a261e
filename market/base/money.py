"""Money is a whole number of fen everywhere; this module reads what people type, rounds, and writes amounts out.

Rounding is stated once: to the fen, half up unless a published price names another of `ROUNDINGS`. Nothing here uses
floating point.
"""

import re
import unicodedata
from decimal import Decimal
from fractions import Fraction

from market.base.errors import BreaksRule
from market.base.words import N_, register_sentences

Fen = int

FEN_PER_YUAN = 100
MAX_FEN = 10**12
"""The largest amount the register holds: ten thousand million yuan (100 亿元)."""

FEN_PER_UNIT: dict[str, Fen] = {"元": 100, "万元": 1_000_000, "亿元": 10_000_000_000}
"""How many fen one unit of a published price or basis is."""

HALF_UP, HALF_EVEN, DOWN, UP = "half_up", "half_even", "down", "up"
ROUNDINGS = (HALF_UP, HALF_EVEN, DOWN, UP)
"""四舍五入, 四舍六入五成双 (GB/T 8170), 舍去 and 进一: how a price that is finer than a fen becomes whole fen."""

LONGEST_NUMBER = 40
_NUMBER = re.compile(r"[+-]?(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]+)?")
_SUFFIXES = (("亿元", "亿元"), ("亿", "亿元"), ("万元", "万元"), ("万", "万元"), ("元", "元"), ("", "元"))

register_sentences(
    {
        "number.unreadable": N_("“{given}” is not a number. Write digits only, for example 6000 or 6,000.5."),
        "money.unreadable": N_("“{given}” is not an amount of money. Write yuan, for example 52,000.00 or 5.2万元."),
        "money.too_precise": N_("“{given}” is finer than one fen. Write at most two decimals of a yuan."),
        "money.negative": N_("“{given}” is below zero. An amount of money is zero or more."),
        "money.too_large": N_("“{given}” is more than the register holds ({most}). Check the amount and its unit."),
    }
)


def round_half_up(amount: Fraction) -> int:
    """The nearest whole number; exactly half goes up."""
    return (2 * amount.numerator + amount.denominator) // (2 * amount.denominator)


def rounded(num: int, den: int, mode: str = HALF_UP) -> int:
    """num/den (den above 0) as a whole number by one of `ROUNDINGS`."""
    if mode == HALF_UP:
        return (2 * num + den) // (2 * den)
    if mode == DOWN:
        return num // den
    if mode == UP:
        return -(-num // den)
    whole, rest = divmod(2 * num + den, 2 * den)
    return whole - 1 if rest == 0 and whole % 2 else whole


def shown(given: object) -> str:
    """What was typed, on one line and short enough to be repeated in a sentence."""
    readable = str(given)[: 4 * LONGEST_NUMBER].encode("utf-8", "replace").decode()
    line = " ".join("".join(one if one.isprintable() else " " for one in readable).split())
    return line if len(line) <= LONGEST_NUMBER else line[: LONGEST_NUMBER - 1] + "…"


def parse_decimal(text: str) -> Decimal:
    """The number in `text`; full-width digits and thousands commas are understood.

    Refuses `number.unreadable`: anything else, exponents, infinities and texts beyond 40 characters included.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if len(plain) > LONGEST_NUMBER or not _NUMBER.fullmatch(plain):
        raise BreaksRule("number.unreadable", given=shown(text))
    return Decimal(plain.replace(",", ""))


def parse_yuan(text: str) -> Fen:
    """The fen of an amount typed in yuan, or with 万/万元/亿/亿元 behind it.

    Refuses `money.unreadable`, `money.negative`, `money.too_precise` (finer than a fen), `money.too_large`.
    """
    plain = "".join(unicodedata.normalize("NFKC", text).split()).removeprefix("¥")
    written, unit = next((plain.removesuffix(end), unit) for end, unit in _SUFFIXES if plain.endswith(end))
    try:
        number = parse_decimal(written)
    except BreaksRule:
        raise BreaksRule("money.unreadable", given=shown(text)) from None
    if number < 0:
        raise BreaksRule("money.negative", given=shown(text))
    fen = Fraction(number) * FEN_PER_UNIT[unit]
    decimals = len(written.partition(".")[2])
    if 10**decimals > FEN_PER_UNIT[unit]:
        raise BreaksRule("money.too_precise", given=shown(text))
    if fen > MAX_FEN:
        raise BreaksRule("money.too_large", given=shown(text), most=format_yuan(MAX_FEN))
    return int(fen)


def format_yuan(fen: Fen) -> str:
    """An exact amount for people: `¥52,000.00`."""
    yuan, rest = divmod(abs(fen), FEN_PER_YUAN)
    return f"{'-' if fen < 0 else ''}¥{yuan:,}.{rest:02d}"


def format_short(fen: Fen, locale: str = "zh_Hans_CN") -> str:
    """An amount for tables and tags: `¥6.2 万` in Chinese (rounded half up to hundredths), `¥62,000` elsewhere."""
    if locale.startswith("zh"):
        for word, unit in (("亿", "亿元"), ("万", "万元")):
            if abs(fen) >= FEN_PER_UNIT[unit]:
                hundredths = round_half_up(Fraction(abs(fen) * 100, FEN_PER_UNIT[unit]))
                number = f"{hundredths // 100:,}.{hundredths % 100:02d}".rstrip("0").rstrip(".")
                return f"{'-' if fen < 0 else ''}¥{number} {word}"
    return format_yuan(fen).removesuffix(".00")


_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")


def capital(fen: Fen) -> str:
    """The amount in the capital numerals of Chinese documents (人民币大写): 5200000 -> `伍万贰仟元整`.

    Takes zero to 10**16 - 1 fen; anything else is a ValueError, because no document of the trade has it.
    """
    if not 0 <= fen < 10**16:
        raise ValueError(f"no capital numerals for {fen} fen")
    yuan, rest = divmod(fen, FEN_PER_YUAN)
    jiao, cents = divmod(rest, 10)
    words = _whole_yuan(yuan) + "元" if yuan or not rest else ""
    if not rest:
        return words + "整"
    if jiao:
        words += _DIGITS[jiao] + "角"
    elif words:
        words += "零"
    return words + (_DIGITS[cents] + "分" if cents else "整")


def _whole_yuan(yuan: int) -> str:
    if yuan >= 10**8:
        high, low = divmod(yuan, 10**8)
        tail = "" if not low else ("零" if low < 10**7 else "") + _whole_yuan(low)
        return _whole_yuan(high) + "亿" + tail
    if yuan >= 10**4:
        high, low = divmod(yuan, 10**4)
        tail = "" if not low else ("零" if low < 10**3 else "") + _whole_yuan(low)
        return _whole_yuan(high) + "万" + tail
    if not yuan:
        return "零"
    words, pending = "", False
    for place in (3, 2, 1, 0):
        digit = yuan // 10**place % 10
        if digit:
            words += ("零" if pending and words else "") + _DIGITS[digit] + _PLACES[place]
        pending = not digit
    return words
