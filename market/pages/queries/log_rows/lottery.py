"""Results of the lottery as persons entered and corrected them. A finding names no numbers: a second person who has
still to enter them must not learn what the first one did."""

from collections.abc import Iterator

from sqlalchemy import select

from market.journal.queries.checking import of_acts
from market.journal.rules.finding import Finding
from market.pages.queries.log_words import Thing, in_log_only, in_table_only, otherwise
from market.selection.models import LotteryEntry
from market.store.db import db

_ENTERED = "entered"


def differing_lottery() -> Iterator[Finding]:
    """Entries that are not what their persons' last acts say. Two queries."""
    said, lost = {}, set()
    for act in of_acts(("lottery.enter", "lottery.correct")):
        if act.payload is None:
            lost.add(act.obj)
        else:
            said[act.obj, act.payload["by"]] = {"source": act.payload["source"], "entered_at": act.t}
    for row in db.session.scalars(select(LotteryEntry).order_by(LotteryEntry.id)):
        name = f"lottery/{row.drawn_on}"
        told = said.pop((name, row.entered_by), None)
        if name in lost:
            continue
        if told is None:
            yield in_table_only(Thing(name, "lottery"), _ENTERED)
        else:
            yield from otherwise(Thing(name, "lottery"), {"source": row.source, "entered_at": row.entered_at}, told)
    yield from (in_log_only(Thing(name, "lottery"), _ENTERED) for name, _by in said if name not in lost)
