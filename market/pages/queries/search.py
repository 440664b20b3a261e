"""Facets of what a search found: how many of the found services share one value of every facet."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Select, func, select

from market.catalogue.models import Act, Entry
from market.catalogue.queries.bundles import ActRow, BundleRow, acts_of, bundles_of
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
    query: Select[*tuple[Any, ...]] = select(*facets, *names, func.count()).join(Act, Act.id == Entry.act_id)
    query = query.where(Entry.edition_id == edition_id, Entry.code.in_(codes))
    rows = db.session.execute(query.group_by(*facets).order_by(func.min(Entry.position)))
    return [Cell(*row) for row in rows]


def bundles_coded(edition_id: int, codes: Sequence[str]) -> list[BundleRow]:
    """The bundles of these codes in an edition, in the order of the codes. One query, none for no codes."""
    by_code = {one.code: one for one in bundles_of(edition_id)} if codes else {}
    return [by_code[code] for code in codes if code in by_code]


def acts_numbered(edition_id: int, ids: Sequence[str]) -> list[ActRow]:
    """The acts of these ids in an edition, in the order of the ids. One query, none for no ids."""
    by_id = {str(one.id): one for one in acts_of(edition_id)} if ids else {}
    return [by_id[number] for number in ids if number in by_id]
