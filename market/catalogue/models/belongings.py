"""What belongs to an entry more than once: further acts, regions, zones, and what is asked of the agency."""

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from market.catalogue.models.edition import Act, list_law
from market.catalogue.rules import RegionLevel, RequirementKind
from market.store.db import Base
from market.store.guards import Frozen
from market.store.types import Code, Key, Line, Whole, one_of


def _of_entry() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["entry_id", "edition_id"], ["entry.id", "entry.edition_id"])


class Region(Base):
    """A division by its GB/T 2260 code. The prefecture's list is valid in all of it unless an entry names regions."""

    __tablename__ = "region"
    code: Mapped[Code] = mapped_column(primary_key=True)
    level: Mapped[Code]
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("region.code"))
    name_zh: Mapped[Line]
    name_en: Mapped[Line]
    __table_args__ = (
        one_of("level", RegionLevel, "region_level_known"),
        CheckConstraint("length(code) = 6", name="region_code_has_six_digits"),
        {"info": {"frozen": Frozen(but=("name_zh", "name_en"))}},
    )


class Zone(Base):
    """A zone with a regional assessment (区域评估), which may cover an entry for every project inside it."""

    __tablename__ = "zone"
    id: Mapped[Key]
    code: Mapped[Code] = mapped_column(unique=True)
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    name_zh: Mapped[Line]
    name_en: Mapped[Line]
    __table_args__ = ({"info": {"frozen": Frozen(but=("name_zh", "name_en"))}},)


class EntryAct(Base):
    """A further act that an entry serves, beside the one it is known by."""

    __tablename__ = "entry_act"
    id: Mapped[Key]
    entry_id: Mapped[Whole]
    edition_id: Mapped[Whole]
    act_id: Mapped[int] = mapped_column(ForeignKey("act.id"))
    position: Mapped[Whole]
    act: Mapped[Act] = relationship(lazy="raise")
    __table_args__ = (
        _of_entry(),
        UniqueConstraint("entry_id", "act_id"),
        Index("ix_entry_act_edition_id", "edition_id"),
        {"info": list_law()},
    )


class EntryRegion(Base):
    """A region in which an entry is valid; an entry without any is valid in the whole prefecture."""

    __tablename__ = "entry_region"
    id: Mapped[Key]
    entry_id: Mapped[Whole]
    edition_id: Mapped[Whole]
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    __table_args__ = (
        _of_entry(),
        UniqueConstraint("entry_id", "region_code"),
        Index("ix_entry_region_edition_id", "edition_id"),
        {"info": list_law()},
    )


class EntryZone(Base):
    """A zone whose regional assessment covers an entry: nobody there needs to buy it."""

    __tablename__ = "entry_zone"
    id: Mapped[Key]
    entry_id: Mapped[Whole]
    edition_id: Mapped[Whole]
    zone_id: Mapped[int] = mapped_column(ForeignKey("zone.id"))
    __table_args__ = (
        _of_entry(),
        UniqueConstraint("entry_id", "zone_id"),
        Index("ix_entry_zone_edition_id", "edition_id"),
        {"info": list_law()},
    )


class EntryRequirement(Base):
    """What is asked of the agency: a qualification at a level (or any), or at least `count` practitioners."""

    __tablename__ = "entry_requirement"
    id: Mapped[Key]
    entry_id: Mapped[Whole]
    edition_id: Mapped[Whole]
    position: Mapped[Whole]
    kind: Mapped[Code]
    name: Mapped[Line]
    level: Mapped[Line]
    count: Mapped[Whole]
    __table_args__ = (
        _of_entry(),
        UniqueConstraint("entry_id", "position"),
        Index("ix_entry_requirement_edition_id", "edition_id"),
        one_of("kind", RequirementKind, "entry_requirement_kind_known"),
        CheckConstraint("count >= 1 AND count <= 999", name="entry_requirement_count"),
        {"info": list_law()},
    )
