"""What two entries of one service differ in: the fields compared, fingerprints of them, and texts word by word."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from market.base.words import N_, register_labels
from market.search.words import cut

COLUMNS = (
    *("name_en", "category_zh", "category_en", "pricing", "payer", "self_service", "commissioned_by"),
    *("time_limit_workdays", "time_limit_calendar_days", "setup_level", "standard_code"),
    *("industry_authority_zh", "industry_authority_en", "legal_basis", "service_content", "output"),
    *("qualification", "requirement_mode", "filing", "commitment_only", "merged_group"),
    *("price_basis", "price_rule", "unit", "mark", "mark_decision", "mark_handling", "remarks"),
)
"""The columns of an entry that the public compares; how far its compiler trusts a row is not among them."""

PRICE_COLUMNS = ("pricing", "payer", "price_rule", "unit")
"""The columns of which a change is a change of price."""

LISTS = ("acts", "articles", "regions", "zones", "requirements")
"""What an entry has several of, compared as lists of texts."""

LABELLED = {
    "pricing": "pricing",
    "payer": "payer",
    "self_service": "self_service",
    "commissioned_by": "commissioned_by",
    "setup_level": "setup_level",
    "requirement_mode": "requirement_mode",
    "mark": "handling",
}
"""The columns whose values have labels, with the label's prefix."""

register_labels(
    {
        "said.yes": N_("yes"),
        "said.no": N_("no"),
        "field.name_en": N_("Name in English"),
        "field.category_zh": N_("Category"),
        "field.category_en": N_("Category in English"),
        "field.pricing": N_("Price management mode"),
        "field.payer": N_("Who pays"),
        "field.self_service": N_("Who may write it"),
        "field.commissioned_by": N_("Who commissions it"),
        "field.time_limit_workdays": N_("Time limit in working days"),
        "field.time_limit_calendar_days": N_("Time limit in calendar days"),
        "field.setup_level": N_("Set up by"),
        "field.standard_code": N_("Standard code"),
        "field.industry_authority_zh": N_("Industry authority"),
        "field.industry_authority_en": N_("Industry authority in English"),
        "field.legal_basis": N_("Legal basis"),
        "field.service_content": N_("What is done"),
        "field.output": N_("Result"),
        "field.qualification": N_("Asked of the agency"),
        "field.requirement_mode": N_("Any or all qualifications"),
        "field.filing": N_("Filing asked of the agency"),
        "field.commitment_only": N_("A commitment is enough"),
        "field.merged_group": N_("Merged or area-wide"),
        "field.price_basis": N_("Price basis"),
        "field.price_rule": N_("Price as printed"),
        "field.unit": N_("Unit"),
        "field.mark": N_("Clean-up decision"),
        "field.mark_decision": N_("Decision"),
        "field.mark_handling": N_("What the decision says"),
        "field.remarks": N_("Remarks"),
        "field.acts": N_("Acts served"),
        "field.articles": N_("Articles cited"),
        "field.regions": N_("Regions"),
        "field.zones": N_("Zones with a regional assessment"),
        "field.requirements": N_("Qualifications and practitioners"),
        "field.price": N_("Price rules"),
        "field.schedules": N_("Published schedules behind the price"),
    }
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text that both sides share (`same`), or that only one of them has (`gone`, `new`)."""

    kind: str
    text: str


def told(column: str, value: object) -> str:
    """A column's value as text, or as the key of its label; empty where there is none."""
    if isinstance(value, bool):
        return "said.yes" if value else "said.no"
    if value is None or value == "":
        return ""
    return f"{LABELLED[column]}.{value}" if column in LABELLED else str(value)


def fingerprint(said: Mapping[str, Any]) -> str:
    """The sha256 (hex) of plain values, the same whatever their order of keys."""
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def price_fingerprint(entry: object, rules: Sequence[object]) -> str:
    """The fingerprint of an entry's price: how it is regulated, the standard as printed, and its price rules."""
    return fingerprint({**{name: getattr(entry, name) for name in PRICE_COLUMNS}, "rules": list(rules)})


def entry_fingerprint(entry: object, lists: Mapping[str, Sequence[str]], prices: Mapping[str, object]) -> str:
    """The fingerprint of everything an entry says; `prices` are its price rules and the schedules behind them."""
    columns = {name: getattr(entry, name) for name in COLUMNS}
    return fingerprint({**columns, **{name: list(lists[name]) for name in LISTS}, "prices": prices})


def word_difference(before: str, after: str) -> tuple[Piece, ...]:
    """What became of a text, word by word, in reading order; Chinese is cut by the search dictionary."""
    return _difference(_words(before), _words(after))


def line_difference(before: str, after: str) -> tuple[Piece, ...]:
    """What became of a list of lines, whole lines, in reading order."""
    return _difference(*([f"{line}\n" for line in text.splitlines()] for text in (before, after)))


def _difference(old: Sequence[str], new: Sequence[str]) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    for kind, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            pieces.append(Piece("same", "".join(old[i:j])))
            continue
        if i < j:
            pieces.append(Piece("gone", "".join(old[i:j])))
        if k < m:
            pieces.append(Piece("new", "".join(new[k:m])))
    return tuple(pieces)


_TOKEN = re.compile(r"[\u4e00-\u9fff]+|[A-Za-z0-9]+|\s+|.", re.DOTALL)


def _words(text: str) -> list[str]:
    """The text in pieces that add up to it: Chinese words, Latin and number runs, single signs."""
    words: list[str] = []
    for found in _TOKEN.finditer(text):
        run = found.group()
        known = cut(run) if "\u4e00" <= run[0] <= "\u9fff" else [run]
        words += known if "".join(known) == run else run
    return words
