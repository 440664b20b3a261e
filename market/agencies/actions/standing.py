"""Keep what a published evaluation said."""

from collections.abc import Sequence
from datetime import datetime

from market.agencies.actions.directory import list_agencies
from market.agencies.models import Standing
from market.store.db import db


def set_standing(rows: Sequence[tuple[int, str, int | None]], *, year: int, round_ref: str, now: datetime) -> None:
    """Write the grades of a published evaluation: (agency id, grade, score in thousandths or None) for one year."""
    db.session.add_all(
        Standing(agency_id=agency_id, year=year, round_ref=round_ref, grade=grade, score_milli=score, set_at=now)
        for agency_id, grade, score in rows
    )
    db.session.flush()
    list_agencies([agency_id for agency_id, _, _ in rows], now=now)
