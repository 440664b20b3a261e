"""Editions of the list and their entries. A published edition never changes, in code and in the database."""

from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from market.catalogue.rules import (
    EDITION,
    ActKind,
    Confidence,
    EditionState,
    Handling,
    Payer,
    Pricing,
    RequirementMode,
    SelfService,
    SetupLevel,
)
from market.store.db import Base
from market.store.guards import Frozen, Moves, Refuses
from market.store.types import Code, Instant, Key, Line, Prose, Whole, one_of


def _published(row: str) -> str:
    return f"(SELECT state FROM edition WHERE id = {row}.edition_id) = 'published'"


def list_law() -> dict[str, Any]:
    """What binds every row of an edition: once published it stays, and nothing is added to it or moved into it."""
    return {
        "frozen": Frozen(when=_published("OLD"), arrives=_published("NEW")),
        "refuses": (Refuses("edition.published_stays", _published("NEW")),),
    }


def not_in_force(moment: str) -> str:
    """The condition that NEW's edition was not the one in force on the day of `moment` (a column of NEW)."""
    return (
        f"(SELECT effective_from FROM edition WHERE id = NEW.edition_id) > china_date({moment}) OR EXISTS"
        " (SELECT 1 FROM edition later JOIN edition mine ON mine.id = NEW.edition_id WHERE later.state = 'published'"
        f" AND later.effective_from > mine.effective_from AND later.effective_from <= china_date({moment}))"
    )


def living_basis(day: str) -> str:
    """A subquery with a row for each basis of `entry` that is in force on a day (an SQL expression)."""
    return (
        "SELECT 1 FROM entry_article JOIN legal_article ON legal_article.id = entry_article.article_id"
        " JOIN legal_basis_change known ON known.basis_id = legal_article.basis_id"
        " AND known.id = (SELECT max(newest.id) FROM legal_basis_change newest"
        " WHERE newest.basis_id = legal_article.basis_id)"
        f" WHERE entry_article.entry_id = entry.id AND (known.in_force_from IS NULL OR known.in_force_from <= {day})"
        f" AND (known.repealed_from IS NULL OR known.repealed_from > {day})"
    )


class Edition(Base):
    """One edition of the list. Numbered from 1; in force from `effective_from` until the next one is."""

    __tablename__ = "edition"
    id: Mapped[Key]
    number: Mapped[Whole] = mapped_column(unique=True)
    state: Mapped[Code]
    title: Mapped[Line]
    effective_from: Mapped[date | None]
    drafted_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    drafted_at: Mapped[Instant]
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    published_at: Mapped[Instant | None]
    # What the draft was made of (sha256), so that the same files again change nothing.
    digest: Mapped[Code] = mapped_column(default="")
    row_version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": row_version}
    __table_args__ = (
        one_of("state", EditionState, "edition_state_known"),
        # Nobody judges alone: the drafter of an edition cannot be the one who publishes it.
        CheckConstraint("approved_by IS NULL OR approved_by <> drafted_by", name="edition_two_persons"),
        CheckConstraint(
            "(state = 'published') = (approved_by IS NOT NULL AND published_at IS NOT NULL AND effective_from IS NOT NULL)",
            name="edition_published_is_complete",
        ),
        {
            "info": {
                "moves": Moves(EDITION),
                "frozen": Frozen(when="OLD.state = 'published'"),
                "refuses": (
                    Refuses("edition.published_stays", "NEW.state = 'published'"),
                    Refuses(
                        "edition.basis_dead",
                        "OLD.state <> 'published' AND NEW.state = 'published' AND EXISTS (SELECT 1 FROM entry"
                        " WHERE entry.edition_id = NEW.id AND NOT EXISTS (" + living_basis("NEW.effective_from") + "))",
                        events=("UPDATE",),
                    ),
                    # Or the drafter would write another name there and publish alone.
                    Refuses(
                        "edition_two_persons",
                        "OLD.drafted_by <> NEW.drafted_by OR OLD.drafted_at <> NEW.drafted_at OR OLD.number <> NEW.number",
                        events=("UPDATE",),
                    ),
                ),
            }
        },
    )


class Act(Base):
    """An administrative act that services are tied to, with the authority that performs it."""

    __tablename__ = "act"
    id: Mapped[Key]
    kind: Mapped[Code]
    name_zh: Mapped[Line]
    name_en: Mapped[Line]
    authority_zh: Mapped[Line]
    authority_en: Mapped[Line]
    __table_args__ = (
        UniqueConstraint("name_zh", "authority_zh"),
        one_of("kind", ActKind, "act_kind_known"),
        {
            "info": {
                "frozen": Frozen(
                    when="EXISTS (SELECT 1 FROM entry JOIN edition ON edition.id = entry.edition_id"
                    " WHERE entry.act_id = OLD.id AND edition.state = 'published')"
                )
            }
        },
    )


class Service(Base):
    """An intermediary service item across editions. Its code is kept for ever by (name, act) and never reused."""

    __tablename__ = "service"
    id: Mapped[Key]
    code: Mapped[Code] = mapped_column(unique=True)
    official_code: Mapped[Code | None]
    name_zh: Mapped[Line]
    act_name_zh: Mapped[Line]
    __table_args__ = (UniqueConstraint("name_zh", "act_name_zh"), {"info": {"frozen": Frozen(but=("official_code",))}})


class Entry(Base):
    """A service as one edition lists it."""

    __tablename__ = "entry"
    id: Mapped[Key]
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    act_id: Mapped[int] = mapped_column(ForeignKey("act.id"))
    code: Mapped[Code]
    position: Mapped[Whole]
    name_zh: Mapped[Line]
    name_en: Mapped[Line]
    category: Mapped[Code]
    category_zh: Mapped[Line]
    category_en: Mapped[Line]
    pricing: Mapped[Code]
    payer: Mapped[Code]
    self_service: Mapped[Code]
    time_limit_workdays: Mapped[Whole | None]
    merged_group: Mapped[Line]
    legal_basis: Mapped[Prose]
    output: Mapped[Prose]
    qualification: Mapped[Prose]
    price_basis: Mapped[Prose]
    price_rule: Mapped[Prose]
    unit: Mapped[Code]
    confidence: Mapped[Code]
    mark: Mapped[Code | None]
    mark_decision: Mapped[Line]
    mark_handling: Mapped[Prose]
    standard_code: Mapped[Code] = mapped_column(default="")
    setup_level: Mapped[Code] = mapped_column(default=SetupLevel.PREFECTURE)
    industry_authority_zh: Mapped[Line] = mapped_column(default="")
    industry_authority_en: Mapped[Line] = mapped_column(default="")
    service_content: Mapped[Prose] = mapped_column(default="")
    time_limit_calendar_days: Mapped[Whole | None]
    commissioned_by: Mapped[Code] = mapped_column(default=Payer.APPLICANT)
    requirement_mode: Mapped[Code] = mapped_column(default=RequirementMode.ALL)
    filing: Mapped[Line] = mapped_column(default="")
    commitment_only: Mapped[bool] = mapped_column(default=False)
    remarks: Mapped[Prose] = mapped_column(default="")
    source: Mapped[Prose] = mapped_column(default="")
    # sha256 of everything the entry says, and of its price rules alone: what differs is found without reading it.
    fingerprint: Mapped[Code] = mapped_column(default="")
    price_fingerprint: Mapped[Code] = mapped_column(default="")
    edition: Mapped[Edition] = relationship(lazy="raise")
    act: Mapped[Act] = relationship(lazy="raise")
    __table_args__ = (
        UniqueConstraint("edition_id", "service_id"),
        UniqueConstraint("id", "edition_id"),
        UniqueConstraint("id", "edition_id", "service_id"),
        UniqueConstraint("id", "edition_id", "service_id", "pricing"),
        Index("ix_entry_service_id", "service_id"),
        one_of("setup_level", SetupLevel, "entry_setup_level_known"),
        one_of("commissioned_by", Payer, "entry_commissioned_by_known"),
        one_of("requirement_mode", RequirementMode, "entry_requirement_mode_known"),
        one_of("pricing", Pricing, "entry_pricing_known"),
        one_of("payer", Payer, "entry_payer_known"),
        one_of("self_service", SelfService, "entry_self_service_known"),
        one_of("confidence", Confidence, "entry_confidence_known"),
        CheckConstraint("time_limit_workdays IS NULL OR time_limit_workdays > 0", name="entry_time_limit_positive"),
        CheckConstraint(
            "time_limit_calendar_days IS NULL OR time_limit_workdays IS NULL AND time_limit_calendar_days > 0",
            name="entry_time_limit_of_one_kind",
        ),
        # Borne by the treasury means: the authority pays, and nobody else.
        CheckConstraint("(pricing = 'fiscal') = (payer = 'authority')", name="entry_fiscal_is_paid_by_authority"),
        CheckConstraint(
            "mark IS NULL OR mark IN ('authority_commissioned', 'self_prepare_allowed')", name="entry_mark_known"
        ),
        {"info": list_law()},
    )


class CleanUp(Base):
    """A decision that took an item off as a precondition of approval; abolished items are *not on the list*."""

    __tablename__ = "clean_up"
    id: Mapped[Key]
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    service_id: Mapped[int | None] = mapped_column(ForeignKey("service.id"))
    name_zh: Mapped[Line]
    act_name_zh: Mapped[Line]
    decision: Mapped[Line]
    handling: Mapped[Code]
    handling_text: Mapped[Prose]
    confidence: Mapped[Code]
    __table_args__ = (
        UniqueConstraint("edition_id", "name_zh", "act_name_zh"),
        ForeignKeyConstraint(["edition_id", "service_id"], ["entry.edition_id", "entry.service_id"]),
        one_of("handling", Handling, "clean_up_handling_known"),
        CheckConstraint("handling <> 'abolished' OR service_id IS NULL", name="clean_up_abolished_is_not_listed"),
        {"info": list_law()},
    )
