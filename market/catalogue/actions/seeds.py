"""What a new site's list begins with: its regions and zones, and the laws whose dates are known."""

import csv
from collections.abc import Iterator
from datetime import date, datetime
from importlib.resources import files

from sqlalchemy import select

from market.base.people import Actor
from market.catalogue.actions.bases import Standing, add_basis
from market.catalogue.actions.places import enter_regions, enter_zones
from market.catalogue.citations import key_of
from market.catalogue.importing import Upload
from market.catalogue.models import LegalBasis, Region
from market.store.db import db

_DATA = files("market.catalogue") / "data"


def seed_regions() -> None:
    """Enter the regions and zones of the package's data where the site has none of its own."""
    if db.session.scalar(select(Region.code).limit(1)) is None:
        enter_regions(Upload("regions.csv", (_DATA / "regions.csv").read_bytes()))
        enter_zones(Upload("zones.csv", (_DATA / "zones.csv").read_bytes()))


def seed_bases(*, now: datetime) -> None:
    """Enter the laws of the package's data that the register lacks, the successors first; keeps what is there."""
    known = {basis.key: basis.id for basis in db.session.scalars(select(LegalBasis))}
    for row in sorted(_rows("legal_bases.csv"), key=lambda one: bool(one["superseded_by"])):
        if key_of(row["title"]) in known:
            continue
        standing = Standing(
            organ=row["organ"],
            in_force_from=_day(row["in_force_from"]),
            repealed_from=_day(row["repealed_from"]),
            superseded_by=known.get(key_of(row["superseded_by"])),
            reason=row["reason"],
        )
        basis = add_basis(row["title"], row["number"], standing, actor=Actor.system(), now=now)
        known[basis.key] = basis.id


def _rows(name: str) -> Iterator[dict[str, str]]:
    yield from csv.DictReader((_DATA / name).read_text(encoding="utf-8").splitlines())


def _day(cell: str) -> date | None:
    return date.fromisoformat(cell) if cell else None
