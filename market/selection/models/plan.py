"""Saved plans, which belong to nobody, and the basket of an enterprise."""

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from market.catalogue.models import Edition
from market.catalogue.rules import EditionState
from market.store.db import Base
from market.store.guards import Frozen, Refuses
from market.store.types import Code, Instant, Key, Whole


class Plan(Base):
    """What was chosen and answered in the navigator, kept for whoever has the link; no person stands in it.

    `fingerprint` is the digest of everything else that was given and of the day: the same plan is kept once a day.
    """

    __tablename__ = "plan"
    id: Mapped[Key]
    token: Mapped[Code] = mapped_column(unique=True)
    fingerprint: Mapped[Code] = mapped_column(unique=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    bundle: Mapped[Code]
    acts: Mapped[list[int]] = mapped_column(JSON)
    answers: Mapped[dict[str, str]] = mapped_column(JSON)
    quantities: Mapped[dict[str, str]] = mapped_column(JSON)
    created_at: Mapped[Instant]
    edition: Mapped[Edition] = relationship(lazy="raise")
    __table_args__ = (
        # 128 bits as 22 characters of the web's alphabet: nobody guesses a link.
        CheckConstraint("length(token) = 22", name="plan_token_long_enough"),
        CheckConstraint("length(fingerprint) = 64", name="plan_fingerprint_is_a_digest"),
        {
            "info": {
                "frozen": Frozen(),
                "refuses": (
                    Refuses(
                        "plan.edition_not_published",
                        f"(SELECT state FROM edition WHERE id = NEW.edition_id) <> '{EditionState.PUBLISHED}'",
                    ),
                ),
            }
        },
    )


class PlanCount(Base):
    """How often one sender has saved plans since `first_at`; the sender is a salted hash of the day."""

    __tablename__ = "plan_count"
    id: Mapped[Key]
    sender_hash: Mapped[Code] = mapped_column(unique=True)
    times: Mapped[Whole]
    first_at: Mapped[Instant]
    __table_args__ = (CheckConstraint("times >= 1", name="plan_count_times"),)


class BasketItem(Base):
    """A service that an enterprise means to request. `amounts`: fee item's name and unit, and the quantity as typed.

    Names and units rather than keys, because the basket outlives the edition that it was filled under.
    """

    __tablename__ = "basket_item"
    id: Mapped[Key]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    amounts: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    added_at: Mapped[Instant]
    added_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    __table_args__ = (
        UniqueConstraint("organisation_id", "service_id"),
        Index("ix_basket_item_service_id", "service_id"),
        {
            "info": {
                "refuses": (
                    Refuses(
                        "basket.only_for_enterprises",
                        "(SELECT kind FROM organisation WHERE id = NEW.organisation_id) <> 'enterprise'",
                        events=("INSERT", "UPDATE"),
                    ),
                )
            }
        },
    )
