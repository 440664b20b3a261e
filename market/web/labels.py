"""Labels and sentences in the reader's language.

`labels()` is one plain dict per locale, made once: a lookup costs nothing, while `_()` in the row loop of a list costs
half of the page. Templates have it as `L`.
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime
from typing import Any

from flask import current_app
from flask_babel import gettext

from market.base.errors import Refusal
from market.base.money import format_yuan
from market.base.words import LABELS, SENTENCES
from market.web import filters, locale

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)")


def labels() -> dict[str, str]:
    """Every registered label, `<column>.<value>`, in the current locale."""
    made: dict[str, dict[str, str]] = current_app.extensions.setdefault("market_labels", {})
    name = locale.current()
    found = made.get(name)
    if found is None or len(found) != len(LABELS):
        found = made[name] = {key: gettext(text) for key, text in LABELS.items()}
    return found


def sentence(code: str, facts: Mapping[str, Any]) -> str:
    """The registered sentence of `code` in the current locale, its facts written for people.

    A moment, a day (also as the ISO text that JSON keeps) and a sum of fen (a fact named `*_fen`) are formatted; a fact
    that is the key of a label becomes the label; a list becomes an enumeration. What was written down before the
    sentence learnt to tell a fact lacks it, and says nothing there.
    """
    return gettext(SENTENCES[code]).format_map(
        defaultdict(str, {name: _written(name, value, facts) for name, value in facts.items()})
    )


def said(refusal: Refusal) -> str:
    """The refusal's sentence in the current locale."""
    return sentence(refusal.code, refusal.facts) if refusal.code in SENTENCES else refusal.code


def _written(name: str, value: Any, facts: Mapping[str, Any]) -> Any:
    if isinstance(value, datetime):
        return filters.when(value)
    if isinstance(value, date):
        return filters.day(value)
    if name.endswith("_fen") and isinstance(value, int):
        return format_yuan(value)
    if isinstance(value, list | tuple):
        return ("、" if locale.current().startswith("zh") else ", ").join(
            str(_written(name, one, facts)) for one in value
        )
    if not isinstance(value, str):
        return value
    with suppress(ValueError):  # what somebody typed may look like a day and be none: 2026-02-30
        if _DAY.fullmatch(value):
            return filters.day(date.fromisoformat(value))
        if _MOMENT.fullmatch(value):
            return filters.when(datetime.fromisoformat(value))
    # A lifecycle names its object and its state apart: `contract`, `signed`.
    return labels().get(value) or labels().get(f"{facts.get('object')}.{value}", value)
