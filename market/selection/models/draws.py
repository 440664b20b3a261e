"""Draws: who signed up, what was frozen, how it was ranked, and what two persons decided. A row says its own law.

Times of the draw are whole seconds since 1970, as the algorithm and the transcript count them, so that the database can
compare them with a round of the beacon.
"""

from datetime import UTC, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from market.base.draw import BeaconKind
from market.base.draw.beacons import GENESIS, PERIOD
from market.selection.rules import DAY, DRAW, Decision, DrawState, Exclusion, Postponed, Refused
from market.store.db import Base
from market.store.guards import Frozen, Moves, Refuses
from market.store.types import Code, Facts, Instant, Key, Line, Prose, Whole, one_of

_STATE = "(SELECT state FROM draw WHERE id = NEW.draw_id)"
_ROUND = f"CAST((beacon_time - {GENESIS}) / {PERIOD} + 1 AS VARCHAR(64))"
_FALLEN_BACK = (
    "EXISTS (SELECT 1 FROM draw_decision d WHERE d.draw_id = NEW.id AND d.decision = 'fallback'"
    " AND d.confirmed_by IS NOT NULL)"
)
_VALUE = "SELECT 1 FROM beacon_value v WHERE v.id = NEW.beacon_value_id"
_POOL = (
    "(SELECT COUNT(*) FROM sign_up s WHERE s.draw_id = NEW.id AND s.withdrawn_at IS NULL)"
    " - (SELECT COUNT(*) FROM draw_exclusion x WHERE x.draw_id = NEW.id)"
)


class Draw(Base):
    """The draw of one request; `ref` is the request's, and the draw's id in the algorithm.

    `beacon_name` is what the announced beacon is called before it is known (a round of drand, a day of the lottery,
    the draw itself); `announced_time` is where `beacon_time` began before postponements. `witnesses` is how many
    witnesses the policy of that day asks for.
    """

    __tablename__ = "draw"
    id: Mapped[Key]
    ref: Mapped[Code] = mapped_column(unique=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"), unique=True)
    state: Mapped[Code]
    algorithm: Mapped[Code]
    algorithm_sha256: Mapped[Code]
    beacon: Mapped[Code]
    beacon_name: Mapped[Code]
    announced_time: Mapped[Whole]
    beacon_time: Mapped[Whole]
    signup_until: Mapped[Instant]
    least: Mapped[Whole]
    witnesses: Mapped[Whole]
    announced_at: Mapped[Instant]
    pool_root: Mapped[Code | None]
    frozen_time: Mapped[Whole | None]
    beacon_value_id: Mapped[int | None] = mapped_column(ForeignKey("beacon_value.id"))
    seed: Mapped[Code | None]
    drawn_at: Mapped[Instant | None]
    row_version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": row_version}
    __table_args__ = (
        UniqueConstraint("id", "request_id"),
        Index("ix_draw_state_beacon_time", "state", "beacon_time"),
        one_of("state", DrawState, "draw_state_known"),
        one_of("beacon", BeaconKind, "draw_beacon_known"),
        CheckConstraint("least >= 1 AND least <= 99 AND witnesses >= 0", name="draw_least_range"),
        # The round follows from the time; nobody chooses one.
        CheckConstraint(f"beacon <> 'drand_quicknet' OR beacon_name = {_ROUND}", name="draw_round_of_time"),
        CheckConstraint("frozen_time < beacon_time", name="draw_frozen_before_beacon"),
        CheckConstraint(
            "(pool_root IS NULL) = (state IN ('announced', 'cancelled')) AND (pool_root IS NULL) = (frozen_time IS NULL)",
            name="draw_frozen_is_complete",
        ),
        CheckConstraint(
            "state <> 'drawn' OR seed IS NOT NULL AND beacon_value_id IS NOT NULL AND drawn_at IS NOT NULL",
            name="draw_drawn_is_complete",
        ),
        {
            "info": {
                "moves": Moves(DRAW),
                "frozen": (
                    Frozen(but=("state", "beacon_name", "beacon_time", "pool_root", "frozen_time", "beacon_value_id", "seed", "drawn_at", "row_version")),
                    Frozen(
                        but=("state", "beacon_name", "beacon_time", "beacon_value_id", "seed", "drawn_at", "row_version"),
                        when="OLD.pool_root IS NOT NULL",
                    ),
                    # Once the beacon is bound to the draw, only its ranking is still to come.
                    Frozen(but=("state", "row_version"), when="OLD.drawn_at IS NOT NULL"),
                    Frozen(when="OLD.state IN ('failed', 'void', 'cancelled')"),
                ),
                "refuses": (
                    Refuses(
                        "draw.not_of_request",
                        "NOT EXISTS (SELECT 1 FROM request WHERE id = NEW.request_id AND ref = NEW.ref AND method = 'random'"
                        " AND state = 'open' AND quotes_until = NEW.signup_until) OR NEW.beacon_time <> NEW.announced_time",
                    ),
                    Refuses(
                        "draw.beacon_moved",
                        "(NEW.beacon_time <> OLD.beacon_time OR NEW.beacon_name <> OLD.beacon_name) AND NOT EXISTS"
                        " (SELECT 1 FROM draw_postponement p WHERE p.draw_id = NEW.id AND p.from_time = OLD.beacon_time"
                        " AND p.to_time = NEW.beacon_time)",
                        events=("UPDATE",),
                    ),
                    Refuses(
                        "draw.wrong_beacon",
                        "NEW.beacon_value_id IS NOT NULL AND OLD.beacon_value_id IS NULL AND (OLD.state <> 'frozen' OR NOT EXISTS"
                        f" ({_VALUE} AND (v.kind = NEW.beacon AND v.name = NEW.beacon_name OR v.kind = 'lottery' AND {_FALLEN_BACK})))",
                        events=("UPDATE",),
                    ),
                    Refuses(
                        "draw.ranking_incomplete",
                        "NEW.state = 'drawn' AND OLD.state = 'frozen' AND"
                        f" (SELECT COUNT(*) FROM draw_rank r WHERE r.draw_id = NEW.id) <> {_POOL}",
                        events=("UPDATE",),
                    ),
                    Refuses(
                        "draw.two_persons",
                        "NEW.state = 'void' AND OLD.state <> 'void' AND NOT EXISTS (SELECT 1 FROM draw_decision d"
                        " WHERE d.draw_id = NEW.id AND d.decision = 'void' AND d.confirmed_by IS NOT NULL)",
                        events=("UPDATE",),
                    ),
                ),
            }
        },
    )  # fmt: skip

    @property
    def beacon_at(self) -> datetime:
        """The moment of the beacon."""
        return datetime.fromtimestamp(self.beacon_time, UTC)

    @property
    def frozen_at(self) -> datetime | None:
        """The moment of the freeze, to the second."""
        return None if self.frozen_time is None else datetime.fromtimestamp(self.frozen_time, UTC)


class SignUp(Base):
    """An agency in a draw, at the marked price of its quote. `receipt` is the leaf hash of its row in the journal."""

    __tablename__ = "sign_up"
    id: Mapped[Key]
    draw_id: Mapped[Whole]
    request_id: Mapped[Whole]
    agency_id: Mapped[Whole]
    quote_id: Mapped[int] = mapped_column(unique=True)
    ticket: Mapped[Code]
    nonce: Mapped[Code]
    receipt: Mapped[Code]
    received_at: Mapped[Instant]
    withdrawn_at: Mapped[Instant | None]
    __table_args__ = (
        ForeignKeyConstraint(["draw_id", "request_id"], ["draw.id", "draw.request_id"]),
        ForeignKeyConstraint(
            ["quote_id", "request_id", "agency_id"], ["quote.id", "quote.request_id", "quote.agency_id"]
        ),
        UniqueConstraint("id", "draw_id"),
        Index(
            "uq_sign_up_ticket", "draw_id", "ticket", unique=True,
            sqlite_where=text("withdrawn_at IS NULL"), postgresql_where=text("withdrawn_at IS NULL"),
        ),
        Index("ix_sign_up_agency_id", "agency_id"),
        CheckConstraint("length(ticket) = 18 AND length(nonce) = 32", name="sign_up_ticket_and_nonce"),
        {
            "info": {
                "frozen": (Frozen(but=("withdrawn_at",)), Frozen(when="OLD.withdrawn_at IS NOT NULL")),
                "refuses": (
                    Refuses(
                        "draw.sign_up_over",
                        f"{_STATE} <> 'announced' OR COALESCE(NEW.withdrawn_at, NEW.received_at) >="
                        " (SELECT signup_until FROM draw WHERE id = NEW.draw_id)",
                        events=("INSERT", "UPDATE"),
                    ),
                    Refuses(
                        "draw.ticket_not_theirs",
                        "NEW.ticket <> (SELECT o.uscc FROM agency a JOIN organisation o ON o.id = a.organisation_id"
                        " WHERE a.id = NEW.agency_id)",
                    ),
                ),
            }
        },
    )  # fmt: skip


class DrawExclusion(Base):
    """Somebody who signed up and is not in the pool, with the reason."""

    __tablename__ = "draw_exclusion"
    id: Mapped[Key]
    draw_id: Mapped[Whole]
    sign_up_id: Mapped[int] = mapped_column(unique=True)
    reason: Mapped[Code]
    facts: Mapped[Facts]
    __table_args__ = (
        ForeignKeyConstraint(["sign_up_id", "draw_id"], ["sign_up.id", "sign_up.draw_id"]),
        Index("ix_draw_exclusion_draw_id", "draw_id"),
        one_of("reason", Exclusion, "draw_exclusion_reason_known"),
        {"info": {"frozen": Frozen(), "refuses": (Refuses("draw.sign_up_over", f"{_STATE} <> 'announced'"),)}},
    )


class DrawPostponement(Base):
    """A draw that takes place whole days later, and why; the beacon of the time before was not known yet."""

    __tablename__ = "draw_postponement"
    id: Mapped[Key]
    draw_id: Mapped[int] = mapped_column(ForeignKey("draw.id"))
    reason: Mapped[Code]
    from_time: Mapped[Whole]
    to_time: Mapped[Whole]
    at_time: Mapped[Whole]
    __table_args__ = (
        UniqueConstraint("draw_id", "from_time"),
        one_of("reason", Postponed, "draw_postponement_reason_known"),
        CheckConstraint(
            f"to_time > from_time AND (to_time - from_time) / {DAY} * {DAY} = to_time - from_time AND to_time > at_time",
            name="draw_postponement_by_days",
        ),
        # With a frozen pool, whoever could know the beacon could also like or dislike it.
        CheckConstraint("reason = 'frozen_late' OR at_time < from_time", name="draw_postponement_in_time"),
        {
            "info": {
                "frozen": Frozen(),
                "refuses": (
                    Refuses(
                        "draw.beacon_moved",
                        f"{_STATE} NOT IN ('announced', 'frozen') OR (NEW.reason = 'frozen_late') <> ({_STATE} = 'announced')",
                    ),
                ),
            }
        },
    )


class DrawRank(Base):
    """A participant's place; `key` is the hash that gave it."""

    __tablename__ = "draw_rank"
    id: Mapped[Key]
    draw_id: Mapped[Whole]
    position: Mapped[Whole]
    sign_up_id: Mapped[int] = mapped_column(unique=True)
    key: Mapped[Code]
    __table_args__ = (
        ForeignKeyConstraint(["sign_up_id", "draw_id"], ["sign_up.id", "sign_up.draw_id"]),
        UniqueConstraint("draw_id", "position"),
        CheckConstraint("position >= 1", name="draw_rank_position"),
        {
            "info": {
                "frozen": Frozen(),
                "refuses": (
                    Refuses(
                        "draw.not_frozen",
                        "NOT EXISTS (SELECT 1 FROM draw WHERE id = NEW.draw_id AND state = 'frozen' AND seed IS NOT NULL"
                        " AND beacon_value_id IS NOT NULL) OR EXISTS (SELECT 1 FROM draw_exclusion x"
                        " WHERE x.sign_up_id = NEW.sign_up_id)"
                        " OR EXISTS (SELECT 1 FROM sign_up s WHERE s.id = NEW.sign_up_id AND s.withdrawn_at IS NOT NULL)",
                    ),
                ),
            }
        },
    )


class DrawRefusal(Base):
    """Why an award of a draw was given up; the next rank follows."""

    __tablename__ = "draw_refusal"
    id: Mapped[Key]
    draw_id: Mapped[int] = mapped_column(ForeignKey("draw.id"), index=True)
    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"), unique=True)
    reason: Mapped[Code]
    explained: Mapped[Prose]
    refused_at: Mapped[Instant]
    refused_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    __table_args__ = (
        one_of("reason", Refused, "draw_refusal_reason_known"),
        {"info": {"frozen": Frozen()}},
    )


class DrawDecision(Base):
    """What two persons decide about a draw on a listed ground: that it is void, or that the fallback is used."""

    __tablename__ = "draw_decision"
    id: Mapped[Key]
    draw_id: Mapped[int] = mapped_column(ForeignKey("draw.id"))
    decision: Mapped[Code]
    ground: Mapped[Code]
    explained: Mapped[Line]
    asked_at: Mapped[Instant]
    asked_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    confirmed_at: Mapped[Instant | None]
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    __table_args__ = (
        UniqueConstraint("draw_id", "decision"),
        one_of("decision", Decision, "draw_decision_known"),
        CheckConstraint("confirmed_by <> asked_by", name="draw_decision_two_persons"),
        CheckConstraint("(confirmed_by IS NULL) = (confirmed_at IS NULL)", name="draw_decision_confirmed_has_date"),
        {
            "info": {
                "frozen": (
                    Frozen(but=("confirmed_at", "confirmed_by")),
                    Frozen(when="OLD.confirmed_at IS NOT NULL"),
                ),
                "refuses": (
                    # A proposal that arrives confirmed has been seen by one person only.
                    Refuses("draw.two_persons", "NEW.confirmed_by IS NOT NULL"),
                ),
            }
        },
    )
