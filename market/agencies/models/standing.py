"""The standing that a published evaluation gave an agency."""

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from market.store.db import Base
from market.store.guards import Frozen, Refuses
from market.store.types import Code, Instant, Key, Whole


class Standing(Base):
    """The grade that a published evaluation gave an agency for a year."""

    __tablename__ = "standing"
    id: Mapped[Key]
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    year: Mapped[Whole]
    round_ref: Mapped[Code]
    grade: Mapped[Code]
    score_milli: Mapped[Whole | None]
    set_at: Mapped[Instant]
    __table_args__ = (
        UniqueConstraint("agency_id", "year"),
        {
            "info": {
                "frozen": Frozen(),
                # No grade but one that two persons published.
                "refuses": (
                    Refuses(
                        "standing.not_published",
                        "NOT EXISTS (SELECT 1 FROM round JOIN score ON score.round_id = round.id"
                        " WHERE round.ref = NEW.round_ref AND round.year = NEW.year AND round.state = 'published'"
                        " AND score.agency_id = NEW.agency_id AND score.grade = NEW.grade)",
                    ),
                ),
            }
        },
    )
