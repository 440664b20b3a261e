"""Public references such as `RQ-2026-000041C`: kind, year, six digits, check character (ISO 7064 MOD 37,36)."""

import re
from enum import StrEnum

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SHAPE = re.compile(r"([A-Z]{2})-(\d{4})-(\d{6})([0-9A-Z])")


class RefKind(StrEnum):
    """Every prefix in use."""

    AGENCY = "AG"
    AWARD = "AW"
    CONTRACT = "CT"
    FEE_NOTE = "FN"
    MERGED_REQUEST = "MR"
    ORGANISATION = "OR"
    QUOTE = "QT"
    RATING = "RT"
    REQUEST = "RQ"
    ROUND = "EV"
    VOICE = "VO"


def make(kind: RefKind, year: int, number: int) -> str:
    """The reference of the `number`-th object (1 to 999999) of its kind in `year`."""
    if not (1 <= number <= 999_999 and 1000 <= year <= 9999):
        raise ValueError(f"no reference for {kind} {year} {number}")
    body = f"{kind}-{year:04d}-{number:06d}"
    return body + _check_character(body)


def check(text: str) -> bool:
    """Whether `text` is a well-formed reference whose check character is right."""
    found = _SHAPE.fullmatch(text)
    return bool(found) and found[1] in set(RefKind) and _check_character(text[:-1]) == text[-1] if found else False


def _check_character(body: str) -> str:
    product = 36
    for character in body.replace("-", ""):
        total = (product + _ALPHABET.index(character)) % 36 or 36
        product = total * 2 % 37
    return _ALPHABET[(37 - product) % 36]
