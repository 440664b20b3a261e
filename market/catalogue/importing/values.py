"""A cell of the list: what was typed becomes the value it unmistakably means, or the code of the reason why not."""

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal

from market.base.sheets.columns import Column, folded
from market.base.sheets.values import BLANKS, READERS, Read, Reader, number, read
from market.base.words import N_, register_sentences
from market.catalogue.importing.columns import ACT_KINDS, Kind

_LISTED = re.compile(r"[；;\n]+")
_REGION_LIST = re.compile(r"[；;,，、\s]+")
_CODE = re.compile(r"[A-Za-z0-9-]{0,40}")
_MOST_DAYS = 999
_DAYS: Mapping[str, tuple[str, ...]] = {
    Kind.WORKDAYS: ("个工作日", "工作日"),
    Kind.CALENDAR_DAYS: ("个自然日", "自然日", "个日历日", "日历日"),
}
_ACTS = {folded(word): kind for kind, words in ACT_KINDS.items() for word in (kind, *words)}


def value(column: Column, raw: object) -> Read:
    """The column's value of a cell, normalised where it can mean only one thing."""
    return read(column, raw, _KINDS)


def _code(text: str, column: Column) -> Read:
    typed = "".join(unicodedata.normalize("NFKC", text).split())
    return typed, "" if _CODE.fullmatch(typed) else "import.code"


def _whole(text: str, column: Column) -> Read:
    found = number(text)
    fits = found is not None and found == found.to_integral_value() and 0 < found < 1_000_000
    return (str(int(found)), "") if found is not None and fits else (text, "import.whole")


def _days(text: str, column: Column) -> Read:
    typed = "".join(unicodedata.normalize("NFKC", text).split())
    ending = next((one for one in _DAYS[column.kind] if typed.endswith(one)), "")
    found = number(typed.removesuffix(ending))
    fits = found is not None and found == found.to_integral_value() and 0 < found <= _MOST_DAYS
    refusal = "import.days" if column.kind == Kind.WORKDAYS else "import.calendar_days"
    return (str(int(found)), "") if found is not None and fits else (text, refusal)


def _parts(text: str) -> list[str]:
    return [part for part in (one.strip(BLANKS) for one in _LISTED.split(text)) if part]


def _joined(parts: list[str]) -> str:
    return "；".join(dict.fromkeys(parts))


def _regions(text: str, column: Column) -> Read:
    parts = [one for one in _REGION_LIST.split(unicodedata.normalize("NFKC", text)) if one]
    fine = all(re.fullmatch(r"[1-9][0-9]{5}", one) for one in parts)
    return (_joined(parts), "") if fine else (text, "import.regions")


def _zones(text: str, column: Column) -> Read:
    parts = [one for one in _REGION_LIST.split(unicodedata.normalize("NFKC", text)) if one]
    fine = all(re.fullmatch(r"[A-Za-z0-9-]{1,40}", one) for one in parts)
    return (_joined(parts), "") if fine else (text, "import.zones")


def _acts(text: str, column: Column) -> Read:
    parts = []
    for one in _parts(text):
        kind, mark, name = one.replace("：", ":", 1).partition(":")
        known = _ACTS.get(folded(kind))
        if not mark or not known or not name.strip(BLANKS) or len(name) > 200:
            return text, "import.more_acts"
        parts.append(f"{known}:{name.strip(BLANKS)}")
    return _joined(parts), ""


def _qualifications(text: str, column: Column) -> Read:
    parts = []
    for one in _parts(text):
        names = [name.strip(BLANKS) for name in one.replace("／", "/").split("/")]
        if len(names) > 2 or not all(names) or len(one) > 200:
            return text, "import.qualifications"
        parts.append("/".join(names))
    return _joined(parts), ""


def _practitioners(text: str, column: Column) -> Read:
    parts = []
    for one in _parts(text):
        name, mark, count = one.replace("／", "/").partition("/")
        found = number(count.strip(BLANKS).removesuffix("人")) if mark else Decimal(1)
        fits = found is not None and found == found.to_integral_value() and 0 < found < 1000
        if found is None or not fits or not name.strip(BLANKS) or len(one) > 200:
            return text, "import.practitioners"
        parts.append(f"{name.strip(BLANKS)}/{int(found)}" if mark else name.strip(BLANKS))
    return _joined(parts), ""


_KINDS: Mapping[str, Reader] = {
    **READERS,
    Kind.CODE: _code,
    Kind.WHOLE: _whole,
    Kind.WORKDAYS: _days,
    Kind.CALENDAR_DAYS: _days,
    Kind.REGIONS: _regions,
    Kind.ZONES: _zones,
    Kind.ACTS: _acts,
    Kind.QUALIFICATIONS: _qualifications,
    Kind.PRACTITIONERS: _practitioners,
}

register_sentences(
    {
        "import.act_type": N_(
            "The kind of act is not one of licence, penalty, enforcement, inspection, payment, collection, "
            "adjudication, confirmation, reward and other. Use one of these."
        ),
        "import.pricing": N_(
            "The price management mode is not one of government_set, government_guided, market_regulated, fiscal. Use one of these."
        ),
        "import.self_service_allowed": N_("Whether the applicant may do it itself must be yes, no or unknown."),
        "import.confidence": N_("The confidence must be sourced or general_knowledge."),
        "import.setup_level": N_("The set-up level must be national, provincial, prefecture or county."),
        "import.payer": N_("Who pays must be the applicant or the authority, as the price management mode says."),
        "import.commissioned_by": N_("Who commissions the service must be the applicant or the authority."),
        "import.qualification_mode": N_("The agency needs any or all of the qualifications. Write any or all."),
        "import.commitment_only": N_("Whether a commitment is enough must be yes or no."),
        "import.handling_type": N_("The handling must be abolished, authority_commissioned or self_prepare_allowed."),
        "import.role": N_("The role of a schedule must be in_force or reference."),
        "import.days": N_("The time limit must be a whole number of working days from 1 to 999, or empty."),
        "import.calendar_days": N_("The time limit must be a whole number of calendar days from 1 to 999, or empty."),
        "import.whole": N_("The cell must be a whole number from 1, or empty."),
        "import.code": N_(
            "A published code has only letters, digits and hyphens, at most 40. Correct it or leave it empty."
        ),
        "import.regions": N_(
            "A region is a code of six digits (GB/T 2260); several are separated by semicolons. Correct the codes."
        ),
        "import.zones": N_(
            "A zone is a code of letters, digits and hyphens; several are separated by semicolons. Correct the codes."
        ),
        "import.more_acts": N_(
            "A further act is written as its kind, a colon and its name; several are separated by semicolons."
        ),
        "import.qualifications": N_(
            "A qualification is written as its name, or its name, a slash and its level; several are separated by semicolons."
        ),
        "import.practitioners": N_(
            "Practitioners are written as their title, a slash and how many; several are separated by semicolons."
        ),
    }
)
