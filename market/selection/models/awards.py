"""Awards: what a selection came to, with its reasons."""

from sqlalchemy import JSON, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from market.selection.rules import AWARD, AwardState
from market.store.db import Base
from market.store.guards import Frozen, Moves, Refuses
from market.store.types import Code, Instant, Key, Whole, one_of


class Award(Base):
    """The selection's outcome with its reasons."""

    __tablename__ = "award"
    id: Mapped[Key]
    ref: Mapped[Code] = mapped_column(unique=True)
    request_id: Mapped[Whole]
    quote_id: Mapped[Whole]
    agency_id: Mapped[Whole]
    state: Mapped[Code]
    reasons: Mapped[list[dict[str, object]]] = mapped_column(JSON)
    decided_at: Mapped[Instant]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    __table_args__ = (
        ForeignKeyConstraint(
            ["quote_id", "request_id", "agency_id"], ["quote.id", "quote.request_id", "quote.agency_id"]
        ),
        UniqueConstraint("id", "request_id", "quote_id", "agency_id"),
        Index(
            "uq_award_active", "request_id", unique=True,
            sqlite_where=text("state = 'active'"), postgresql_where=text("state = 'active'"),
        ),
        one_of("state", AwardState, "award_state_known"),
        {
            "info": {
                "moves": Moves(AWARD),
                "frozen": Frozen(but=("state",)),
                "refuses": (
                    Refuses("request.not_open", "(SELECT state FROM request WHERE id = NEW.request_id) NOT IN ('open', 'awarded')"),
                    # After a draw an award goes to the next rank, and to nobody else.
                    Refuses(
                        "award.not_the_rank",
                        "(SELECT method FROM request WHERE id = NEW.request_id) = 'random' AND NOT EXISTS (SELECT 1 FROM draw d"
                        " JOIN draw_rank r ON r.draw_id = d.id JOIN sign_up s ON s.id = r.sign_up_id"
                        " WHERE d.request_id = NEW.request_id AND d.state = 'drawn' AND s.quote_id = NEW.quote_id"
                        " AND r.position = 1 + (SELECT COUNT(*) FROM award gone WHERE gone.request_id = NEW.request_id AND gone.state = 'void'))",
                    ),
                    Refuses(
                        "award.not_given_up",
                        "NEW.state = 'void' AND OLD.state = 'active' AND (SELECT method FROM request"
                        " WHERE id = NEW.request_id) = 'random' AND NOT EXISTS (SELECT 1 FROM draw_refusal"
                        " WHERE award_id = NEW.id)",
                        events=("UPDATE",),
                    ),
                    # The table of contracts is a later floor's; this sentence is the one that guards its foundation.
                    Refuses(
                        "draw.contract_exists",
                        "NEW.state = 'void' AND OLD.state = 'active' AND (SELECT method FROM request WHERE id = NEW.request_id)"
                        " = 'random' AND EXISTS (SELECT 1 FROM contract WHERE award_id = NEW.id AND state <> 'declined')",
                        events=("UPDATE",),
                    ),
                    Refuses("award.quote_withdrawn", "(SELECT state FROM quote WHERE id = NEW.quote_id) <> 'standing'"),
                    Refuses(
                        "award.before_deadline",
                        "NEW.decided_at < (SELECT quotes_until FROM request WHERE id = NEW.request_id AND method <> 'direct')",
                    ),
                ),
            }
        },
    )  # fmt: skip
