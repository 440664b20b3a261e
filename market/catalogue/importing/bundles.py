"""A file of bundles, marks of acts, questions and rules (bundles.json): its shape, place by place. No database."""

import json
import re
from collections.abc import Mapping
from typing import Any

from market.base.errors import BreaksRule
from market.base.money import shown
from market.base.sheets.uploads import Upload, decoded, format_of
from market.base.words import N_, register_sentences
from market.catalogue.needs import Operator, QuestionKind

Document = dict[str, list[dict[str, Any]]]
# "new" is where the desk adds one.
CODE = re.compile(r"(?!new$)[a-z][a-z0-9_]{1,39}")
_MOST = 5000

_TEXT = (0, 300)
_NEEDED = (1, 300)
_GROUND = (1, 1000)
_SHAPES: dict[str, dict[str, Any]] = {
    "acts": {
        "act": _NEEDED, "promised_days": "days", "tolerates_missing": bool, "by_commitment": bool, "in_parallel": bool,
        "rests_on": _TEXT,
    },
    "questions": {
        "code": CODE, "kind": QuestionKind, "unit": (0, 20), "text_zh": _NEEDED, "text_en": _NEEDED,
        "options": {"value": re.compile(r"[^\s&|｜]{1,40}"), "zh": _NEEDED, "en": _NEEDED}, "rests_on": _GROUND,
    },
    "applicability": {
        "service": _NEEDED, "act": _NEEDED, "alternative": "place", "question": CODE, "operator": Operator,
        "value": (1, 60), "reason_zh": _NEEDED, "reason_en": _TEXT, "rests_on": _GROUND, "judged": bool,
    },
    "bundles": {
        "code": CODE, "name_zh": (1, 100), "name_en": (1, 200), "summary_zh": (0, 200), "summary_en": _TEXT,
        "acts": [_NEEDED], "order": {"before": _NEEDED, "after": _NEEDED, "rests_on": _NEEDED},
    },
}  # fmt: skip
"""What each row of a part must hold: a text of so many letters, a pattern, a word of a set, rows of a shape, a list."""
_BOUNDS = {"days": (1, 1000), "place": (1, 1000)}


def read_bundles(upload: Upload) -> Document:
    """The parts of a file of bundles. Refuses `bundles_file.not_json` and the first place that is not as asked
    (`bundles_file.bad_place`)."""
    format_of(upload)
    try:
        data = json.loads(decoded(upload)[0])
    except (ValueError, RecursionError):
        raise BreaksRule("bundles_file.not_json", path=upload.shown) from None
    if not isinstance(data, dict):
        raise BreaksRule("bundles_file.not_json", path=upload.shown)
    return {part: _rows(data.get(part), shape, part) for part, shape in _SHAPES.items()}


def _rows(given: Any, shape: Mapping[str, Any], place: str) -> list[dict[str, Any]]:
    if not isinstance(given, list) or len(given) > _MOST:
        raise _bad(place)
    rows = []
    for number, row in enumerate(given, 1):
        here = f"{place} {number}"
        if not isinstance(row, dict):
            raise _bad(here)
        rows.append({name: _value(row.get(name), asked, f"{here}, {name}") for name, asked in shape.items()})
    return rows


def _value(given: Any, asked: Any, place: str) -> Any:
    if isinstance(asked, dict):
        return _rows(given, asked, place)
    if isinstance(asked, list):
        if not isinstance(given, list) or len(given) > _MOST:
            raise _bad(place)
        return [_value(one, asked[0], f"{place} {number}") for number, one in enumerate(given, 1)]
    if not _fits(given, asked):
        raise _bad(place)
    return given.strip() if isinstance(given, str) else given


def _fits(given: Any, asked: Any) -> bool:
    if asked is bool:
        return isinstance(given, bool)
    if isinstance(asked, str):
        low, high = _BOUNDS[asked]
        absent = given is None and asked == "days"
        return absent or (isinstance(given, int) and not isinstance(given, bool) and low <= given <= high)
    # Surrogates and invisible control characters are in no text that anybody typed.
    if not isinstance(given, str) or not given.isprintable():
        return False
    if isinstance(asked, re.Pattern):
        return asked.fullmatch(given) is not None
    if isinstance(asked, tuple):
        return bool(asked[0] <= len(given.strip()) <= asked[1])
    return given in set(asked)


def _bad(place: str) -> BreaksRule:
    return BreaksRule("bundles_file.bad_place", place=shown(place))


register_sentences(
    {
        "bundles_file.not_json": N_(
            "{path} is no file of bundles. Take bundles.json of an edition as a pattern, change it, and hand that in."
        ),
        "bundles_file.bad_place": N_(
            "In the file, “{place}” is missing, too long, or not written as in bundles.json of an edition. Nothing was"
            " changed."
        ),
        "bundles_file.twice": N_("The file has “{name}” twice. Keep one of them. Nothing was changed."),
        "bundles_file.service_unknown": N_(
            "The file speaks of the service “{service}” for the act “{act}”, which this draft does not list. Take its"
            " rules out. Nothing was changed."
        ),
    }
)
