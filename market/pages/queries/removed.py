"""One item off the list: by its page's number, and by its exact name."""

from dataclasses import dataclass
from datetime import date
from typing import cast

from sqlalchemy import and_, func, select

from market.base.errors import NotFound
from market.catalogue.models import CleanUp, Edition, Entry
from market.catalogue.rules import EditionState, Handling
from market.pages.queries.editions import Removed
from market.store.db import db


@dataclass(frozen=True, slots=True)
class RemovedFacts:
    """An item with its decision; since which edition and day it is off the list; and its code where it is listed still.

    Nobody may force or assign what may be written by oneself: such an item can be listed and stand here too.
    """

    item: Removed
    since: date
    since_edition: int
    code: str


def removed_facts(number: int) -> RemovedFacts:
    """The item of a published edition; NotFound("page.not_found"). Two queries."""
    query = (
        select(
            CleanUp.id, CleanUp.name_zh, CleanUp.act_name_zh, CleanUp.decision, CleanUp.handling, CleanUp.handling_text,
            Entry.code,
        )
        .join(Edition, Edition.id == CleanUp.edition_id)
        .outerjoin(Entry, and_(Entry.edition_id == CleanUp.edition_id, Entry.service_id == CleanUp.service_id))
        .where(CleanUp.id == number, Edition.state == EditionState.PUBLISHED)
    )  # fmt: skip
    row = db.session.execute(query).one_or_none()
    if row is None:
        raise NotFound("page.not_found")
    item = Removed(*row[:-1])
    first = (
        select(Edition.effective_from, Edition.number)
        .join(CleanUp, CleanUp.edition_id == Edition.id)
        .where(Edition.state == EditionState.PUBLISHED, CleanUp.handling == item.handling)
        .where(CleanUp.name_zh == item.name, CleanUp.act_name_zh == item.act)
        .order_by(Edition.effective_from, Edition.number)
        .limit(1)
    )
    since, edition = db.session.execute(first).one()
    return RemovedFacts(item, cast(date, since), edition, row[-1] or "")


def removed_named(name: str, edition_id: int) -> list[Removed]:
    """What has exactly this name and is kept off the list of an edition, abolished items first. One query."""
    query = select(
        CleanUp.id, CleanUp.name_zh, CleanUp.act_name_zh, CleanUp.decision, CleanUp.handling, CleanUp.handling_text
    ).where(CleanUp.edition_id == edition_id, CleanUp.service_id.is_(None), func.lower(CleanUp.name_zh) == name.lower())
    return [
        Removed(*row) for row in db.session.execute(query.order_by(CleanUp.handling != Handling.ABOLISHED, CleanUp.id))
    ]
