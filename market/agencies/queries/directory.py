"""Read the public directory of agencies."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from market.accounts.models import Organisation
from market.agencies.models import Agency, Offer
from market.agencies.queries.standing import latest_standing
from market.agencies.rules import AgencyState, OfferState
from market.catalogue.models import Entry
from market.store.db import db


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the directory is narrowed to: part of a name, a service code, a grade."""

    text: str = ""
    service: str = ""
    grade: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """A row of the directory. `offers` counts the marked prices in the edition asked for."""

    ref: str
    name: str
    kind: str
    region: str
    admitted_at: datetime
    offers: int
    grade: str | None
    score_milli: int | None
    year: int | None


def directory(wanted: Wanted, edition_id: int, *, limit: int, offset: int) -> list[Listing]:
    """Admitted agencies, those with more marked prices first. One query."""
    offers = _offer_counts(edition_id)
    latest = latest_standing()
    query = (
        select(
            Agency.ref, Organisation.name, Agency.kind, Organisation.region, Agency.admitted_at,
            func.coalesce(offers.c.offers, 0), latest.grade, latest.score_milli, latest.year,
        )
        .join(Organisation, Organisation.id == Agency.organisation_id)
        .outerjoin(offers, offers.c.agency_id == Agency.id)
        .outerjoin(latest, latest.agency_id == Agency.id)
        .where(*_narrowed(wanted, edition_id, latest))
        .order_by(func.coalesce(offers.c.offers, 0).desc(), Agency.id)
        .limit(limit)
        .offset(offset)
    )  # fmt: skip
    rows: Sequence[Any] = db.session.execute(query).all()
    return [Listing(*row) for row in rows]


def directory_size(wanted: Wanted, edition_id: int) -> int:
    """How many agencies the directory shows. One query."""
    latest = latest_standing()
    query = (
        select(func.count())
        .select_from(Agency)
        .join(Organisation, Organisation.id == Agency.organisation_id)
        .outerjoin(latest, latest.agency_id == Agency.id)
        .where(*_narrowed(wanted, edition_id, latest))
    )
    return db.session.scalar(query) or 0


def grade_counts() -> dict[str, int]:
    """How many admitted agencies have which latest grade; "" counts those without one. One query."""
    latest = latest_standing()
    query = select(latest.grade, func.count()).select_from(Agency)
    query = query.outerjoin(latest, latest.agency_id == Agency.id).where(Agency.state == AgencyState.ADMITTED)
    return {grade or "": int(number) for grade, number in db.session.execute(query.group_by(latest.grade))}


def _narrowed(wanted: Wanted, edition_id: int, latest: Any) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [Agency.state == AgencyState.ADMITTED]
    if wanted.text:
        plain = wanted.text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        pattern = f"%{plain}%"
        conditions.append(
            or_(
                Organisation.name.ilike(pattern, escape="\\"),
                Agency.ref == wanted.text,
                Organisation.uscc == wanted.text,
            )
        )
    if wanted.service:
        serving = select(Offer.agency_id).join(Entry, Entry.id == Offer.entry_id)
        serving = serving.where(
            Offer.state == OfferState.IN_FORCE, Offer.edition_id == edition_id, Entry.code == wanted.service
        )
        conditions.append(Agency.id.in_(serving))
    if wanted.grade:
        conditions.append(latest.grade == wanted.grade)
    return conditions


def _offer_counts(edition_id: int) -> Any:
    query = select(Offer.agency_id, func.count().label("offers")).group_by(Offer.agency_id)
    return query.where(Offer.state == OfferState.IN_FORCE, Offer.edition_id == edition_id).subquery()
