"""Voices with their answers and the sender's contact; and how often somebody sent, under a salted hash."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from market.oversight.rules import DEMANDS, OBJECTIONS, VOICE, Demander, Outcome, VoiceKind, VoiceState
from market.store.db import Base
from market.store.guards import Frozen, Moves, Refuses
from market.store.types import Code, Instant, Key, Line, Prose, Whole, one_of


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values)


class Voice(Base):
    """What somebody said of an entry, of an item off the list, or of something in free words (`said`).

    The sender stays unknown; `code_hash` is SHA-256 of the query code. Nothing here is public but what the answer says.
    """

    __tablename__ = "voice"
    id: Mapped[Key]
    ref: Mapped[Code] = mapped_column(unique=True)
    kind: Mapped[Code]
    aspect: Mapped[Code]
    state: Mapped[Code]
    entry_id: Mapped[Whole | None]
    edition_id: Mapped[Whole | None]
    service_id: Mapped[Whole | None]
    clean_up_id: Mapped[int | None] = mapped_column(ForeignKey("clean_up.id"))
    said: Mapped[Line]
    demander: Mapped[Code | None]
    demander_name: Mapped[Line]
    demanded_on: Mapped[date | None]
    amount_fen: Mapped[Whole | None]
    text: Mapped[Prose]
    code_hash: Mapped[Code]
    once_hash: Mapped[Code] = mapped_column(unique=True)
    received_at: Mapped[Instant]
    due_on: Mapped[date]
    answered_on: Mapped[date | None]
    row_version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": row_version}
    __table_args__ = (
        # The very entry that the sender saw, of the very edition.
        ForeignKeyConstraint(
            ["entry_id", "edition_id", "service_id"], ["entry.id", "entry.edition_id", "entry.service_id"]
        ),
        # A NULL switches a foreign key off: all three or none.
        CheckConstraint(
            "(entry_id IS NULL) = (service_id IS NULL) AND (entry_id IS NULL) = (edition_id IS NULL)",
            name="voice_entry_is_whole",
        ),
        CheckConstraint(
            "entry_id IS NOT NULL AND clean_up_id IS NULL AND said = ''"
            " OR entry_id IS NULL AND clean_up_id IS NOT NULL AND said = ''"
            " OR entry_id IS NULL AND clean_up_id IS NULL AND said <> ''",
            name="voice_is_about_one_thing",
        ),
        one_of("kind", VoiceKind, "voice_kind_known"),
        one_of("state", VoiceState, "voice_state_known"),
        CheckConstraint(
            f"kind = 'objection' AND entry_id IS NOT NULL AND aspect IN ({_listed(OBJECTIONS)})"
            f" OR kind = 'demanded_outside' AND aspect IN ({_listed(DEMANDS)})",
            name="voice_aspect_of_kind",
        ),
        CheckConstraint(
            "kind = 'objection' AND demander IS NULL OR kind = 'demanded_outside' AND demander IS NOT NULL"
            f" AND demander IN ({_listed(tuple(Demander))}) AND demander_name <> ''",
            name="voice_demander_of_kind",
        ),
        CheckConstraint("amount_fen IS NULL OR amount_fen >= 0", name="voice_amount"),
        CheckConstraint("(state = 'answered') = (answered_on IS NOT NULL)", name="voice_answered_is_complete"),
        Index("ix_voice_state_due_on", "state", "due_on"),
        Index("ix_voice_service_id", "service_id"),
        {
            "info": {
                "moves": Moves(VOICE),
                "frozen": (
                    Frozen(but=("state", "answered_on", "row_version")),
                    Frozen(when="OLD.state = 'answered'"),
                ),
                "refuses": (
                    # A voice becomes answered by its answer, on the day of the answer.
                    Refuses(
                        "voice.answer_needed",
                        "NEW.state = 'answered' AND NOT EXISTS (SELECT 1 FROM voice_answer a WHERE a.voice_id = NEW.id"
                        " AND a.number = 1 AND NEW.answered_on = china_date(a.answered_at))",
                        events=("UPDATE",),
                    ),
                ),
            }
        },
    )


class VoiceAnswer(Base):
    """An answer, public with its question. The first answers; each later one corrects and says why."""

    __tablename__ = "voice_answer"
    id: Mapped[Key]
    voice_id: Mapped[int] = mapped_column(ForeignKey("voice.id"))
    number: Mapped[Whole]
    outcome: Mapped[Code]
    passed_to: Mapped[Line]
    question: Mapped[Prose]
    answer: Mapped[Prose]
    reason: Mapped[Prose]
    answered_at: Mapped[Instant]
    answered_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    __table_args__ = (
        UniqueConstraint("voice_id", "number"),
        one_of("outcome", Outcome, "voice_answer_outcome_known"),
        CheckConstraint("(outcome = 'passed_on') = (passed_to <> '')", name="voice_passed_to"),
        CheckConstraint("question <> '' AND answer <> ''", name="voice_answer_says_something"),
        CheckConstraint("number >= 1 AND (number = 1) = (reason = '')", name="voice_answer_correction_has_a_reason"),
        {
            "info": {
                "frozen": Frozen(),
                "refuses": (
                    Refuses(
                        "voice.answered_once",
                        "NEW.number <= (SELECT count(*) FROM voice_answer a WHERE a.voice_id = NEW.voice_id)",
                    ),
                    Refuses(
                        "voice.not_answered",
                        "NEW.number > 1 AND (SELECT state FROM voice WHERE id = NEW.voice_id) <> 'answered'"
                        " OR NEW.number > 1 + (SELECT count(*) FROM voice_answer a WHERE a.voice_id = NEW.voice_id)",
                    ),
                ),
            }
        },
    )


class VoiceContact(Base):
    """How the desk may reach the sender. Never changed; erased some days after the answer, and not before it."""

    __tablename__ = "voice_contact"
    voice_id: Mapped[int] = mapped_column(ForeignKey("voice.id"), primary_key=True, autoincrement=False)
    contact: Mapped[Line]
    __table_args__ = (
        CheckConstraint("contact <> ''", name="voice_contact_given"),
        {
            "info": {
                "frozen": Frozen(
                    when="(SELECT state FROM voice WHERE id = OLD.voice_id) = 'received'",
                    arrives="NEW.voice_id = NEW.voice_id",
                )
            }
        },
    )


class VoiceCount(Base):
    """How often one sender has sent or tried since `first_at`; the sender is a salted hash of the day."""

    __tablename__ = "voice_count"
    id: Mapped[Key]
    sender_hash: Mapped[Code]
    what: Mapped[Code]
    times: Mapped[Whole]
    first_at: Mapped[Instant]
    __table_args__ = (
        UniqueConstraint("sender_hash", "what"),
        CheckConstraint("what IN ('sent', 'wrong_code')", name="voice_count_what_known"),
        CheckConstraint("times >= 1", name="voice_count_times"),
    )
