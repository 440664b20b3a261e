"""One cell: what was typed becomes the value it unmistakably means, or the code of the reason why not."""

import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation

from market.base.sheets.cells import LONGEST, Exact, Formula, Percentage, SheetError
from market.base.sheets.columns import CLOSED, DAY, NAME, PERCENT, TEXT, Column, folded
from market.base.words import N_, register_sentences

Read = tuple[str, str]
"""A value and, where it cannot be used, the code of the reason."""
Reader = Callable[[str, Column], Read]
"""How a text is read that stands in a column of some kind."""

# Surrogates and the two non-characters cannot be written to any of the three formats.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
BLANKS = " \t\r\n\f\v\u00a0\u3000\u200b\ufeff"
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,30}|[0-9]{1,3}(?:,[0-9]{3}){1,9})(?:\.[0-9]{1,15})?")
_DATE = re.compile(r"([0-9]{4})(?:-|/|\.|年)([0-9]{1,2})(?:-|/|\.|月)([0-9]{1,2})日?")
_LONGEST_NAME = 200


def plain(raw: object) -> Read:
    """The cell as text: numbers as people write them, dates as 2026-01-05, one protecting apostrophe taken off."""
    if isinstance(raw, Formula):
        return str(raw), "import.formula"
    if isinstance(raw, SheetError):
        return str(raw), "import.sheet_error"
    if isinstance(raw, str):
        return _text(raw)
    if isinstance(raw, bool):
        return ("yes" if raw else "no"), ""
    if isinstance(raw, int | float | Decimal):
        return _number(raw)
    if isinstance(raw, datetime):
        return (raw.date().isoformat() if raw.time() == time() else raw.isoformat(" ")), ""
    return ("", "") if raw is None else (str(raw), "" if isinstance(raw, date) else "import.control_character")


def protected(text: str) -> str:
    """The text as it may stand in a file that a spreadsheet opens: never a formula. `plain` takes this back."""
    return "'" + text if text[:1] in {"=", "+", "-", "@", "\t", "\r", "'"} else text


def read(column: Column, raw: object, readers: Mapping[str, Reader]) -> Read:
    """The column's value of a cell, normalised where it can mean only one thing; `readers` by kind of column."""
    if isinstance(raw, Percentage) and column.kind == PERCENT:
        raw = f"{Decimal(repr(float(raw))) * 100:f}"
    text, code = plain(raw)
    if code or not text:
        return text, code or ("import.needed" if column.filled else "")
    if isinstance(raw, date) and column.kind not in (TEXT, NAME, DAY):
        return text, "import.date_in_cell"
    if column.kind == CLOSED:
        known = column.words.get(folded(text))
        return (known, "") if known else (text, column.refused or f"import.{column.key}")
    text, code = readers[column.kind](text, column)
    return text, code or ("import.longer_than" if column.most and len(text) > column.most else "")


def number(text: str) -> Decimal | None:
    """A finite number as people write it: full-width digits, thousands separators; None for anything else."""
    typed = unicodedata.normalize("NFKC", text).strip()
    if not _NUMBER.fullmatch(typed):
        return None
    try:
        return Decimal(typed.replace(",", ""))
    except InvalidOperation:
        return None


def day(text: str) -> date | None:
    """A day as people write it: 2026-01-05, 2026/1/5, 2026.1.5, 2026年1月5日; None for anything else."""
    found = _DATE.fullmatch("".join(unicodedata.normalize("NFKC", text).split()))
    try:
        return date(*(int(part) for part in found.groups())) if found else None
    except ValueError:
        return None


def text_as_it_is(text: str, _column: Column) -> Read:
    """Any text."""
    return text, ""


def name(text: str, _column: Column) -> Read:
    """A name of a register."""
    return text, "import.name_too_long" if len(text) > _LONGEST_NAME else ""


READERS: Mapping[str, Reader] = {TEXT: text_as_it_is, NAME: name}
"""The readers of the kinds that every domain has."""


def _text(raw: str) -> Read:
    text = raw.replace("\r\n", "\n").replace("\r", "\n").strip(BLANKS)
    if text.startswith("'") and not isinstance(raw, Exact):
        text = text[1:].strip(BLANKS)
    if _CONTROL.search(text):
        return text, "import.control_character"
    return text, "import.cell_too_long" if len(text) > LONGEST else ""


def _number(raw: float | Decimal) -> Read:
    if not math.isfinite(raw):
        return str(raw), "import.not_finite"
    exact = raw if isinstance(raw, Decimal) else Decimal(repr(float(raw) if isinstance(raw, float) else raw))
    if exact and not -30 <= exact.adjusted() <= 30:
        return str(raw), "import.not_finite"
    text = format(exact, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text), ""


register_sentences(
    {
        "import.needed": N_("The cell is empty, but it is needed. Fill it in."),
        "import.longer_than": N_("The cell has at most {most} characters here. Shorten it."),
        "import.name_too_long": N_("A name has at most 200 characters. Shorten it."),
    }
)
