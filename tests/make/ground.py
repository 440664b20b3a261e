"""What every test stands on: numbers that do not repeat, settings and calendar, refusals by their code."""

from itertools import count

import pytest
from sqlalchemy import select

from market.agencies.actions import seed_commitments, seed_qualifications
from market.base.errors import Refusal
from market.store.calendar import seed_calendar
from market.store.db import db
from market.store.models import DatedSetting
from market.store.settings import seed_settings
from market.store.transaction import transaction

numbers = count(1)


def refuses(code: str) -> "pytest.RaisesExc[Refusal]":
    """Expect a refusal of exactly this code: `with refuses("offer.percent_range"): ...`."""
    return pytest.RaisesExc(Refusal, check=lambda refusal: refusal.code == code)


def make_ground() -> None:
    """Settings and calendar, once per database."""
    if db.session.scalar(select(DatedSetting.id).limit(1)) is None:
        with transaction():
            seed_settings()
            seed_calendar()
            seed_commitments()
            seed_qualifications()
