"""Schemes with their dated weights, rounds of a year, and scores with the ids of their evidence."""

from datetime import date
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from market.agencies.models import Agency
from market.evaluation.rules import ROUND, RoundState
from market.ratings.rules import Factor
from market.store.db import Base
from market.store.guards import Frozen, Moves, Refuses
from market.store.types import Code, Instant, Key, Line, Whole, one_of


class Scheme(Base):
    """An evaluation scheme in force from a date."""

    __tablename__ = "scheme"
    id: Mapped[Key]
    code: Mapped[Code] = mapped_column(unique=True)
    title: Mapped[Line]
    source: Mapped[Line]
    valid_from: Mapped[date]
    fewest_ratings: Mapped[Whole]
    weights: Mapped[list["SchemeWeight"]] = relationship(lazy="raise", order_by="SchemeWeight.id")
    grades: Mapped[list["SchemeGrade"]] = relationship(lazy="raise", order_by="SchemeGrade.lowest_milli.desc()")
    __table_args__ = (
        CheckConstraint("fewest_ratings >= 1", name="scheme_fewest_ratings"),
        {"info": {"frozen": Frozen()}},
    )


_SCHEME_IN_USE = Refuses("store.closed", "EXISTS (SELECT 1 FROM round WHERE scheme_id = NEW.scheme_id)")


class SchemeWeight(Base):
    """A factor's weight in thousandths."""

    __tablename__ = "scheme_weight"
    id: Mapped[Key]
    scheme_id: Mapped[int] = mapped_column(ForeignKey("scheme.id"))
    factor: Mapped[Code]
    weight: Mapped[Whole]
    __table_args__ = (
        UniqueConstraint("scheme_id", "factor"),
        one_of("factor", Factor, "scheme_weight_factor_known"),
        CheckConstraint("weight BETWEEN 0 AND 1000", name="scheme_weight_thousandths"),
        {"info": {"frozen": Frozen(), "refuses": (_SCHEME_IN_USE,)}},
    )


class SchemeGrade(Base):
    """A grade and the lowest score (in milli-points) that earns it."""

    __tablename__ = "scheme_grade"
    id: Mapped[Key]
    scheme_id: Mapped[int] = mapped_column(ForeignKey("scheme.id"))
    grade: Mapped[Code]
    lowest_milli: Mapped[Whole]
    __table_args__ = (
        UniqueConstraint("scheme_id", "grade"),
        CheckConstraint("lowest_milli BETWEEN 0 AND 100000", name="scheme_grade_in_points"),
        {"info": {"frozen": Frozen(), "refuses": (_SCHEME_IN_USE,)}},
    )


class Round(Base):
    """The evaluation of one year."""

    __tablename__ = "round"
    id: Mapped[Key]
    ref: Mapped[Code] = mapped_column(unique=True)
    year: Mapped[Whole] = mapped_column(unique=True)
    scheme_id: Mapped[int] = mapped_column(ForeignKey("scheme.id"))
    state: Mapped[Code]
    opened_at: Mapped[Instant]
    opened_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    computed_at: Mapped[Instant | None]
    computed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    published_at: Mapped[Instant | None]
    published_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    row_version: Mapped[int] = mapped_column()
    scheme: Mapped[Scheme] = relationship(lazy="raise")
    __mapper_args__ = {"version_id_col": row_version}
    __table_args__ = (
        one_of("state", RoundState, "round_state_known"),
        CheckConstraint("published_by IS NULL OR published_by <> computed_by", name="round_two_persons"),
        CheckConstraint(
            "(state = 'published') = (published_by IS NOT NULL AND published_at IS NOT NULL)",
            name="round_published_is_complete",
        ),
        CheckConstraint(
            "state = 'open' OR computed_by IS NOT NULL AND computed_at IS NOT NULL", name="round_computed_is_complete"
        ),
        {
            "info": {
                "moves": Moves(ROUND),
                "frozen": Frozen(when="OLD.state = 'published'"),
                "refuses": (
                    Refuses("round.published_stays", "NEW.state = 'published'"),
                    # Or whoever computed would write another name there while publishing alone.
                    Refuses(
                        "round_two_persons",
                        "NEW.state = 'published' AND OLD.computed_by <> NEW.computed_by",
                        events=("UPDATE",),
                    ),
                ),
            }
        },
    )


def _round_law() -> dict[str, Any]:
    old, new = ((f"(SELECT state FROM round WHERE id = {row}.round_id) = 'published'") for row in ("OLD", "NEW"))
    return {"frozen": Frozen(when=old, arrives=new), "refuses": (Refuses("round.published_stays", new),)}


class Score(Base):
    """An agency's score in a round; null where there is not enough data."""

    __tablename__ = "score"
    id: Mapped[Key]
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    n: Mapped[Whole]
    score_milli: Mapped[Whole | None]
    grade: Mapped[Code]
    means: Mapped[dict[str, int]] = mapped_column(JSON)
    agency: Mapped[Agency] = relationship(lazy="raise")
    __table_args__ = (
        UniqueConstraint("round_id", "agency_id"),
        UniqueConstraint("id", "round_id"),
        CheckConstraint("n >= 0", name="score_counts"),
        CheckConstraint("score_milli IS NULL OR score_milli BETWEEN 0 AND 100000", name="score_in_points"),
        {"info": _round_law()},
    )


class ScoreEvidence(Base):
    """A rating that a score was computed from."""

    __tablename__ = "score_evidence"
    id: Mapped[Key]
    score_id: Mapped[Whole]
    round_id: Mapped[Whole]
    rating_id: Mapped[int] = mapped_column(ForeignKey("rating.id"))
    __table_args__ = (
        ForeignKeyConstraint(["score_id", "round_id"], ["score.id", "score.round_id"]),
        UniqueConstraint("round_id", "rating_id"),
        {"info": _round_law()},
    )
