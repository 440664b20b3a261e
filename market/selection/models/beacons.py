"""What beacons said, and how it came here: verified signatures, results entered by two persons, secrets revealed."""

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from market.base.draw import BeaconKind
from market.store.db import Base
from market.store.guards import Frozen, Refuses
from market.store.types import Code, Instant, Key, Line, Whole, one_of


class BeaconValue(Base):
    """A beacon's value, once for all draws that wait for it.

    `name` is a round, a day of the lottery or a draw; `source` is what it was made of: the signature, the issue with
    its numbers, nothing where the secrets stand in their own rows.
    """

    __tablename__ = "beacon_value"
    id: Mapped[Key]
    kind: Mapped[Code]
    name: Mapped[Code]
    source: Mapped[Line]
    randomness: Mapped[Code]
    known_at: Mapped[Instant]
    __table_args__ = (
        UniqueConstraint("kind", "name"),
        one_of("kind", BeaconKind, "beacon_value_kind_known"),
        CheckConstraint("length(randomness) = 64", name="beacon_value_randomness"),
        {
            "info": {
                "frozen": Frozen(),
                "refuses": (
                    Refuses(
                        "lottery.two_persons",
                        "NEW.kind = 'lottery' AND (SELECT COUNT(DISTINCT e.entered_by) FROM lottery_entry e"
                        " WHERE e.drawn_on = NEW.name AND e.source = NEW.source) < 2",
                    ),
                    Refuses(
                        "beacon.withheld",
                        "NEW.kind = 'commit_reveal' AND (NOT EXISTS (SELECT 1 FROM draw_secret s JOIN draw d"
                        " ON d.id = s.draw_id WHERE d.ref = NEW.name) OR EXISTS (SELECT 1 FROM draw_secret s JOIN draw d"
                        " ON d.id = s.draw_id WHERE d.ref = NEW.name AND s.secret IS NULL))",
                    ),
                ),
            }
        },
    )


class LotteryEntry(Base):
    """A result of the lottery as one person entered it; two that agree make a value.

    Until then a mistake is corrected by who made it; the journal has what was entered before.
    """

    __tablename__ = "lottery_entry"
    id: Mapped[Key]
    drawn_on: Mapped[Code]
    source: Mapped[Line]
    entered_at: Mapped[Instant]
    entered_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    __table_args__ = (
        UniqueConstraint("drawn_on", "entered_by"),
        {
            "info": {
                "frozen": (
                    Frozen(but=("source", "entered_at")),
                    Frozen(
                        when="EXISTS (SELECT 1 FROM beacon_value v WHERE v.kind = 'lottery' AND v.name = OLD.drawn_on)"
                    ),
                )
            }
        },
    )


class DrawSecret(Base):
    """A committer's secret: its commitment before the freeze, itself after it. `by` names the role, never a person."""

    __tablename__ = "draw_secret"
    id: Mapped[Key]
    draw_id: Mapped[int] = mapped_column(ForeignKey("draw.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    number: Mapped[Whole]
    by: Mapped[Line]
    commitment: Mapped[Code]
    committed_at: Mapped[Instant]
    secret: Mapped[Code | None]
    revealed_at: Mapped[Instant | None]
    __table_args__ = (
        UniqueConstraint("draw_id", "account_id"),
        UniqueConstraint("draw_id", "number"),
        CheckConstraint("(secret IS NULL) = (revealed_at IS NULL)", name="draw_secret_revealed_has_date"),
        {
            "info": {
                "frozen": (Frozen(but=("secret", "revealed_at")), Frozen(when="OLD.secret IS NOT NULL")),
                "refuses": (
                    Refuses(
                        "draw.takes_no_secret", "(SELECT beacon FROM draw WHERE id = NEW.draw_id) <> 'commit_reveal'"
                    ),
                    Refuses(
                        "draw.sign_up_over",
                        "(SELECT state FROM draw WHERE id = NEW.draw_id) <> 'announced' OR NEW.secret IS NOT NULL",
                    ),
                    Refuses(
                        "draw.not_waiting",
                        "(SELECT state FROM draw WHERE id = NEW.draw_id) <> 'frozen'",
                        events=("UPDATE",),
                    ),
                ),
            }
        },
    )
