"""Ratings: one row a job, never changed."""

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from market.ratings.rules import Factor
from market.store.db import Base
from market.store.guards import Frozen, Refuses
from market.store.types import Code, Instant, Key, Prose, Whole


class Rating(Base):
    """A buyer's rating of an accepted job: a level from 1 to 5 on each of the five factors."""

    __tablename__ = "rating"
    id: Mapped[Key]
    ref: Mapped[Code] = mapped_column(unique=True)
    contract_id: Mapped[int] = mapped_column(unique=True)
    agency_id: Mapped[Whole]
    organisation_id: Mapped[Whole]
    quality: Mapped[Whole]
    timeliness: Mapped[Whole]
    attitude: Mapped[Whole]
    charge: Mapped[Whole]
    norms: Mapped[Whole]
    comment: Mapped[Prose]
    rated_at: Mapped[Instant]
    rated_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    __table_args__ = (
        # One job, one rating, by the buyer of that very contract, of its very agency.
        ForeignKeyConstraint(
            ["contract_id", "agency_id", "organisation_id"],
            ["contract.id", "contract.agency_id", "contract.organisation_id"],
        ),
        Index("ix_rating_agency_id_rated_at", "agency_id", "rated_at"),
        *(CheckConstraint(f"{factor} BETWEEN 1 AND 5", name=f"rating_{factor}_level") for factor in Factor),
        {
            "info": {
                "frozen": Frozen(),
                "refuses": (
                    Refuses(
                        "rating.not_accepted", "(SELECT state FROM contract WHERE id = NEW.contract_id) <> 'accepted'"
                    ),
                ),
            }
        },
    )
