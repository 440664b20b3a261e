"""What several pages show of voices."""

from collections.abc import Sequence
from typing import Any

from market.base import clock
from market.oversight import queries
from market.oversight.queries import VoiceRow
from market.oversight.views.blueprint import TONES
from market.store.calendar import calendar


def shown(row: VoiceRow) -> dict[str, Any]:
    """A voice with its answers, oldest first, and the working days it took."""
    return {
        "row": row,
        "voice": row.voice,
        "answers": queries.answers_of(row.voice),
        "days": days_of([row])[row.voice.id],
        "today": clock.today(),
        "tones": TONES,
    }


def days_of(rows: Sequence[VoiceRow]) -> dict[int, tuple[int, int]]:
    """By voice: the working days from its receipt to its answer (to today while open), and those it might take."""
    workdays, today = calendar(), clock.today()
    found = {}
    for row in rows:
        received = clock.china_date(row.voice.received_at)
        taken = workdays.between(received, row.voice.answered_on or today)
        found[row.voice.id] = (taken, workdays.between(received, row.voice.due_on))
    return found
