"""The cells of an agency's sheets, read by the readers of the forms. What cannot be read is a Refusal or a code."""

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal

from market.accounts.rules import check_email
from market.agencies.importing.columns import Kind
from market.agencies.rules.steps import check_phone, half_width
from market.base import uscc
from market.base.errors import BreaksRule
from market.base.money import format_yuan, parse_decimal, parse_yuan
from market.base.sheets.columns import DAY, PERCENT, Column
from market.base.sheets.values import READERS, Read, Reader, day, number, read
from market.base.words import N_, register_sentences

_SERVICES = re.compile(r"[;；,，、\s]+")
_PLAIN_CODE = re.compile(r"[A-Za-z0-9-]{1,40}")
_DAYS = ("个工作日", "工作日", "天", "日")


def value(column: Column, raw: object) -> Read:
    """The column's value of a cell, normalised; raises a Refusal where the cell breaks a rule that has facts."""
    return read(column, raw, _READERS)


def fen(text: str) -> int:
    """The fen of a cell that was read as money."""
    return parse_yuan(text)


def _code(text: str, _column: Column) -> Read:
    typed = half_width(text).replace(" ", "")
    return typed, "" if _PLAIN_CODE.fullmatch(typed) else "sheets.code"


def _services(text: str, _column: Column) -> Read:
    codes = [one for one in _SERVICES.split(unicodedata.normalize("NFKC", text)) if one]
    fine = all(_PLAIN_CODE.fullmatch(one) for one in codes)
    return "；".join(dict.fromkeys(codes)), "" if fine else "sheets.services"


def _whole(text: str, _column: Column) -> Read:
    found = number(text)
    fits = found is not None and found == found.to_integral_value() and 0 <= found < 10**9
    return (str(int(found)), "") if found is not None and fits else (text, "sheets.whole")


def _days(text: str, column: Column) -> Read:
    typed = half_width(text).replace(" ", "")
    ending = next((one for one in _DAYS if typed.endswith(one)), "")
    return _whole(typed.removesuffix(ending), column)


def _percent(text: str, _column: Column) -> Read:
    typed = half_width(text).removesuffix("%")
    try:
        share = parse_decimal(typed)
    except BreaksRule:
        return text, "sheets.percent"
    fits = Decimal(0) <= share <= 1000 and share * 10 == int(share * 10)
    return (f"{share.normalize():f}", "") if fits else (text, "sheets.percent")


def _day(text: str, _column: Column) -> Read:
    found = day(text)
    return (found.isoformat(), "") if found else (text, "sheets.day")


_READERS: Mapping[str, Reader] = {
    **READERS,
    DAY: _day,
    PERCENT: _percent,
    Kind.USCC: lambda text, column: (uscc.parse(text), ""),
    Kind.CODE: _code,
    Kind.SERVICES: _services,
    Kind.WHOLE: _whole,
    Kind.DAYS: _days,
    Kind.MONEY: lambda text, column: (format_yuan(parse_yuan(text)).removeprefix("¥"), ""),
    Kind.QUANTITY: lambda text, column: (f"{parse_decimal(text):f}", ""),
    Kind.PHONE: lambda text, column: (check_phone(text), ""),
    Kind.EMAIL: lambda text, column: (check_email(text), ""),
    Kind.HALF_WIDTH: lambda text, column: (half_width(text), ""),
}

register_sentences(
    {
        "sheets.closed": N_("The cell must hold one of these: {words}. Choose one."),
        "sheets.code": N_("A code has only letters, digits and hyphens. Copy it from the list."),
        "sheets.services": N_("Services are codes of the list, separated by semicolons. Correct the codes."),
        "sheets.whole": N_("The cell must be a whole number. Write digits only, for example 15."),
        "sheets.percent": N_("Write a percentage from 0 to 1000 with at most one decimal, for example 95 or 97.5."),
        "sheets.day": N_("The cell must be a day. Write it as year-month-day, for example 2026-03-05."),
    }
)
