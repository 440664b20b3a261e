"""What an agency has on record: papers, practitioners, authorised persons. One filing brings a row, another ends it."""

from datetime import date
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from market.agencies.models.filing import sent_in
from market.agencies.rules import PAPER, RecordState
from market.store.db import Base
from market.store.guards import Frozen, Moves, Refuses
from market.store.types import Code, Instant, Key, Line, Whole, one_of

_LIVING = ("state", "recorded_at", "ended_at", "ended_filing_id")


class OnRecord:
    """The columns of whatever comes on record by a filing. What it says never changes; a correction is a new row."""

    __tablename__: str
    id: Mapped[Key]
    agency_id: Mapped[Whole]
    filing_id: Mapped[Whole]
    ended_filing_id: Mapped[Whole | None]
    state: Mapped[Code]
    recorded_at: Mapped[Instant | None]
    ended_at: Mapped[Instant | None]


def _laws(table: str, *refuses: Refuses) -> tuple[Any, ...]:
    """The laws of a table on record: it lives by its filings' lives."""
    passed = "(SELECT state FROM filing WHERE id = NEW.filing_id) <> 'passed'"
    ender = "(SELECT state FROM filing WHERE id = NEW.ended_filing_id) <> 'passed'"
    unlawful = (
        f"NEW.state = 'on_record' AND OLD.state = 'filed' AND {passed}"
        f" OR NEW.state = 'taken_back' AND OLD.state = 'filed' AND {sent_in('NEW')}"
        f" OR NEW.state = 'ended' AND OLD.state = 'on_record' AND NEW.ended_filing_id IS NOT NULL AND {ender}"
    )
    return (
        ForeignKeyConstraint(["filing_id", "agency_id"], ["filing.id", "filing.agency_id"], name=f"fk_{table}_filing"),
        ForeignKeyConstraint(
            ["ended_filing_id", "agency_id"], ["filing.id", "filing.agency_id"], name=f"fk_{table}_ended_filing"
        ),
        one_of("state", RecordState, f"{table}_state_known"),
        CheckConstraint(
            "(state IN ('on_record', 'ended')) = (recorded_at IS NOT NULL)", name=f"{table}_recorded_has_date"
        ),
        CheckConstraint("(state = 'ended') = (ended_at IS NOT NULL)", name=f"{table}_ended_has_date"),
        CheckConstraint("valid_until >= valid_from", name=f"{table}_interval"),
        Index(f"ix_{table}_agency_id_state", "agency_id", "state"),
        Index(f"ix_{table}_filing_id", "filing_id"),
        {
            "info": {
                "moves": Moves(PAPER),
                "frozen": (Frozen(but=_LIVING), Frozen(when="OLD.state IN ('ended', 'taken_back')")),
                "refuses": (
                    Refuses("filing.being_checked", sent_in("NEW")),
                    Refuses("store.no_such_move", unlawful, ("UPDATE OF state",)),
                    *refuses,
                ),
            }
        },
    )


# Two papers of one number for one and the same day: nobody could say which of them holds.
_SAME_PAPER = (
    "EXISTS (SELECT 1 FROM agency_paper other WHERE other.agency_id = NEW.agency_id AND other.number = NEW.number"
    " AND other.state IN ('filed', 'on_record') AND other.ended_filing_id IS NULL"
    " AND other.valid_from <= NEW.valid_until AND NEW.valid_from <= other.valid_until"
    "{but})"
)
_KEPT_AFTER_ALL = "NEW.ended_filing_id IS NULL AND NEW.state = 'on_record' AND " + _SAME_PAPER.format(
    but=" AND other.id <> NEW.id"
)


class AgencyPaper(OnRecord, Base):
    """A qualification paper, valid on the days from `valid_from` to `valid_until`, both included.

    `qualification`, `major` and `grade` are as in the register; "" where the paper is none of them. Whether it has
    expired follows from the days.
    """

    __tablename__ = "agency_paper"
    name: Mapped[Line]
    qualification: Mapped[Line]
    major: Mapped[Line]
    grade: Mapped[Code]
    number: Mapped[Line]
    issuer: Mapped[Line]
    valid_from: Mapped[date]
    valid_until: Mapped[date]
    __table_args__ = _laws(
        "agency_paper",
        Refuses("paper.overlaps", _SAME_PAPER.format(but="")),
        Refuses("paper.overlaps", _KEPT_AFTER_ALL, ("UPDATE OF ended_filing_id",)),
    )


_ELSEWHERE = (
    "EXISTS (SELECT 1 FROM practitioner other WHERE other.certificate_kind = NEW.certificate_kind"
    " AND other.certificate_number = NEW.certificate_number AND other.agency_id <> NEW.agency_id"
    " AND other.state = 'on_record')"
)


class Practitioner(OnRecord, Base):
    """A person with a certificate who serves this agency and no other. The name is never shown in public."""

    __tablename__ = "practitioner"
    name: Mapped[Line]
    certificate_kind: Mapped[Line]
    certificate_number: Mapped[Line]
    valid_from: Mapped[date]
    valid_until: Mapped[date]
    __table_args__ = (
        Index(
            "uq_practitioner_one_agency",
            "certificate_kind",
            "certificate_number",
            unique=True,
            sqlite_where=text("state = 'on_record'"),
            postgresql_where=text("state = 'on_record'"),
        ),
        *_laws("practitioner", Refuses("practitioner.elsewhere", _ELSEWHERE)),
    )


class AuthorisedPerson(OnRecord, Base):
    """Somebody who may act for the agency before the desk; never shown in public."""

    __tablename__ = "authorised_person"
    name: Mapped[Line]
    phone: Mapped[Code]
    valid_from: Mapped[date]
    valid_until: Mapped[date]
    __table_args__ = _laws("authorised_person")


class Qualification(Base):
    """A qualification of the register, for one major or for all (""), with its grades from the highest down."""

    __tablename__ = "qualification"
    id: Mapped[Key]
    name: Mapped[Line]
    major: Mapped[Line]
    grades: Mapped[list[str]] = mapped_column(JSON)
    source: Mapped[Line]
    first_day: Mapped[date]
    __table_args__ = (
        UniqueConstraint("name", "major", "first_day"),
        {"info": {"frozen": Frozen()}},
    )
