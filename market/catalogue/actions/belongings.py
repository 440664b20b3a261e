"""Write what the entries of a draft have several of: acts, articles, regions, zones, requirements."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from market.base.errors import BreaksRule
from market.base.sheets.cells import Row
from market.catalogue.models import (
    Act,
    Entry,
    EntryAct,
    EntryArticle,
    EntryRegion,
    EntryRequirement,
    EntryZone,
    Region,
    Zone,
)
from market.catalogue.rules import ActKind, RequirementKind
from market.store.db import db

BELONGINGS = (EntryAct, EntryArticle, EntryRegion, EntryZone, EntryRequirement)
"""The tables of what belongs to an entry, for whoever takes an entry out of a draft."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """One thing asked of the agency."""

    kind: RequirementKind
    name: str
    level: str = ""
    count: int = 1

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}/{self.level or self.count}"


@dataclass(slots=True)
class Belongings:
    """What one row of the list's file says beside its columns, resolved to rows of the registers."""

    acts: Sequence[Act] = ()
    articles: Sequence[int] = ()
    article_names: Sequence[str] = ()
    regions: Sequence[str] = ()
    zones: Mapping[str, int] = field(default_factory=dict)
    requirements: Sequence[Requirement] = ()

    def lists(self) -> dict[str, list[str]]:
        """The lists as texts, for comparing."""
        return {
            "acts": [f"{act.kind}:{act.name_zh}" for act in self.acts],
            "articles": list(self.article_names),
            "regions": sorted(self.regions),
            "zones": sorted(self.zones),
            "requirements": [str(one) for one in self.requirements],
        }

    def rows(self, entry: Entry) -> Iterable[Any]:
        """The unsaved rows of a saved entry."""
        mine = {"entry_id": entry.id, "edition_id": entry.edition_id}
        for position, act in enumerate(self.acts[1:], 1):
            yield EntryAct(**mine, act_id=act.id, position=position)
        for position, article in enumerate(self.articles, 1):
            yield EntryArticle(**mine, article_id=article, position=position)
        for code in self.regions:
            yield EntryRegion(**mine, region_code=code)
        for zone in self.zones.values():
            yield EntryZone(**mine, zone_id=zone)
        for position, one in enumerate(self.requirements, 1):
            yield EntryRequirement(
                **mine, position=position, kind=one.kind, name=one.name, level=one.level, count=one.count
            )


class Places:
    """The regions and zones of this site."""

    def __init__(self) -> None:
        self._regions = set(db.session.scalars(select(Region.code)))
        self._zones: dict[str, int] = {zone.code: zone.id for zone in db.session.scalars(select(Zone))}

    def regions(self, row: Row) -> tuple[str, ...]:
        """The regions a row names; refuses `region.not_found`."""
        codes = several(row["regions"])
        for code in codes:
            if code not in self._regions:
                raise BreaksRule("region.not_found", code=code)
        return codes

    def zones(self, row: Row) -> dict[str, int]:
        """The zones a row names; refuses `zone.not_found`."""
        codes = several(row["zones"])
        for code in codes:
            if code not in self._zones:
                raise BreaksRule("zone.not_found", code=code)
        return {code: self._zones[code] for code in codes}


def several(cell: str) -> tuple[str, ...]:
    """The values of a cell that holds several, divided by ； or ; or lines, each once."""
    parts = cell.replace("；", ";").replace("\n", ";").split(";")
    return tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))


def further_acts(row: Row) -> list[tuple[str, str]]:
    """Kind and name of the acts a row serves beside its own; refuses `act.not_understood`."""
    found = []
    for given in several(row["more_acts"]):
        kind, _, name = given.replace("：", ":").partition(":")
        if kind.strip() not in set(ActKind) or not name.strip():
            raise BreaksRule("act.not_understood", given=given)
        found.append((kind.strip(), name.strip()))
    return found


def requirements(row: Row) -> list[Requirement]:
    """What a row asks of the agency: qualifications as `name/level`, practitioners as `name/count`."""
    found = []
    for given in several(row["qualifications"]):
        name, _, level = given.partition("/")
        found.append(Requirement(RequirementKind.QUALIFICATION, name.strip(), level.strip()))
    for given in several(row["practitioners"]):
        name, _, count = given.partition("/")
        number = int(count) if count.strip().isdecimal() else 1
        found.append(Requirement(RequirementKind.PRACTITIONER, name.strip(), count=max(1, number)))
    return found
