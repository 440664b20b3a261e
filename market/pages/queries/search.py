"""Facets of what a search found: how many of the found services share one value of every facet."""

from collections.abc import Collection

from sqlalchemy import func, select

from market.catalogue.models import Act, Entry
from market.pages.queries.shelf import FACETS, Cell
from market.store.db import db

SHOWN = ("category", "kind", "pricing", "self")
"""The facets that a search page offers; the names are those of the address."""


def cells_of(edition_id: int, codes: Collection[str]) -> list[Cell]:
    """The census of the entries of these codes. One query, none for no codes."""
    if not codes:
        return []
    facets = list(FACETS.values())
    names = (func.min(Entry.category_en), func.min(Entry.category_zh), func.min(Act.authority_en))
    query = select(*facets, *names, func.count()).join(Act, Act.id == Entry.act_id)
    query = query.where(Entry.edition_id == edition_id, Entry.code.in_(codes))
    rows = db.session.execute(query.group_by(*facets).order_by(func.min(Entry.position)))
    return [Cell(*row) for row in rows]
