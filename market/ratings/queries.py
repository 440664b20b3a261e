"""Read ratings: summaries for many agencies at once, the rows behind them, and a year's rows for the evaluation."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import reduce
from operator import add
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import joinedload

from market.accounts.models import Organisation
from market.agencies.models import Agency
from market.base.clock import CHINA
from market.base.people import Actor
from market.catalogue.models import Entry
from market.contracts.models import Contract
from market.contracts.rules import ContractState
from market.ratings.models import Rating
from market.ratings.rules import Factor, Summary, Sums, summary
from market.selection.models import Request
from market.store.db import db

_LEVELS: Sequence[ColumnElement[int]] = [getattr(Rating, factor) for factor in Factor]


@dataclass(frozen=True, slots=True)
class RatingShown:
    """A rating for the public: levels by factor, the comment, who rated which listed service."""

    ref: str
    levels: dict[str, int]
    comment: str
    rated_at: datetime
    buyer: str
    service_zh: str
    service_en: str

    @property
    def mean_milli(self) -> int:
        """The mean of the five levels in thousandths."""
        return sum(self.levels.values()) * 1000 // len(self.levels)


class RatingOfYear(NamedTuple):
    """A rating as the evaluation reads it; the levels stand in the order of Factor."""

    id: int
    agency_id: int
    quality: int
    timeliness: int
    attitude: int
    charge: int
    norms: int


def summaries(agency_ids: Iterable[int] | Select[int]) -> dict[int, Summary]:
    """The summary of every agency that was rated, in one query; an agency without ratings is left out.

    Many agencies are better named by the statement that finds them than one by one.
    """
    together = reduce(add, _LEVELS)
    figures = [func.count(), func.sum(together * together), *(func.sum(level) for level in _LEVELS)]
    wanted = agency_ids if isinstance(agency_ids, Select) else list(agency_ids)
    query = select(Rating.agency_id, *figures).where(Rating.agency_id.in_(wanted))
    made: dict[int, Summary] = {}
    for agency, n, squares, *levels in db.session.execute(query.group_by(Rating.agency_id)):
        by_factor = {factor.value: int(level) for factor, level in zip(Factor, levels, strict=True)}
        made[agency] = summary(Sums(n, by_factor, int(squares)))
    return made


def rating_of_contract(contract: Contract) -> Rating | None:
    """The rating of a contract that the caller may read, if there is one."""
    return db.session.scalar(select(Rating).where(Rating.contract_id == contract.id))


def count_of_agency(agency_id: int) -> int:
    """How many ratings an agency has."""
    return db.session.scalar(select(func.count()).where(Rating.agency_id == agency_id)) or 0


def ratings_of(agency_id: int, *, limit: int, offset: int = 0) -> list[RatingShown]:
    """An agency's ratings, newest first; one query."""
    query = _shown().where(Rating.agency_id == agency_id).order_by(Rating.rated_at.desc(), Rating.id.desc())
    return [_made(*row) for row in db.session.execute(query.limit(limit).offset(offset))]


def _shown() -> Any:
    return (
        select(Rating, Organisation.name, Entry.name_zh, Entry.name_en)
        .join(Organisation, Organisation.id == Rating.organisation_id)
        .join(Contract, Contract.id == Rating.contract_id)
        .join(Request, Request.id == Contract.request_id)
        .join(Entry, Entry.id == Request.entry_id)
    )


def _made(rating: Rating, buyer: str, service_zh: str, service_en: str) -> RatingShown:
    return RatingShown(rating.ref, levels_of(rating), rating.comment, rating.rated_at, buyer, service_zh, service_en)


def levels_of(rating: Rating | RatingOfYear) -> dict[str, int]:
    """The five levels by factor."""
    return {factor.value: getattr(rating, factor) for factor in Factor}


def unrated(actor: Actor) -> list[Contract]:
    """The buyer's accepted contracts without a rating, oldest first."""
    query = select(Contract).where(
        Contract.organisation_id == actor.organisation, Contract.state == ContractState.ACCEPTED
    )
    query = query.where(~select(Rating.id).where(Rating.contract_id == Contract.id).exists()).order_by(Contract.id)
    options = (joinedload(Contract.agency).joinedload(Agency.organisation), joinedload(Contract.request))
    return list(db.session.scalars(query.options(*options)))


def ratings_in_year(year: int) -> list[RatingOfYear]:
    """Every rating given in a calendar year of China, by agency and id; plain tuples, one query."""
    query = select(Rating.id, Rating.agency_id, *_LEVELS).where(
        Rating.rated_at >= _new_year(year), Rating.rated_at < _new_year(year + 1)
    )
    rows = db.session.execute(query.order_by(Rating.agency_id, Rating.id))
    return [RatingOfYear._make(row) for row in rows]


def _new_year(year: int) -> datetime:
    return datetime(year, 1, 1, tzinfo=CHINA).astimezone(UTC)
