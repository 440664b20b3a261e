"""What a new site begins with: the commitment letter and the register of qualifications."""

import json
from datetime import date
from importlib.resources import files
from typing import Any

from sqlalchemy import select

from market.agencies.models import CommitmentText, Qualification
from market.store.db import db

_DATA = files("market.agencies") / "data"


def seed_commitments() -> None:
    """Enter the versions of the commitment letter that are missing; keeps what is there."""
    known = set(db.session.scalars(select(CommitmentText.version)))
    for one in _read("commitments.json"):
        if one["version"] not in known:
            first_day = date.fromisoformat(one["first_day"])
            letter = {language: "\n".join(one[language]) for language in ("zh", "en")}
            db.session.add(CommitmentText(version=one["version"], first_day=first_day, **letter))
    db.session.flush()


def seed_qualifications() -> None:
    """Enter the package's qualifications where the register has none of its own."""
    if db.session.scalar(select(Qualification.id).limit(1)) is not None:
        return
    packaged = _read("qualifications.json")
    for one in packaged["qualifications"]:
        db.session.add_all(
            Qualification(
                name=one["name"],
                major=major,
                grades=one["grades"],
                source=one["source"],
                first_day=date.fromisoformat(packaged["first_day"]),
            )
            for major in ("", *one["majors"])
        )
    db.session.flush()


def _read(name: str) -> Any:
    return json.loads((_DATA / name).read_text(encoding="utf-8"))
