"""What happened: one row an act, written in the act's transaction, never changed; and the public log made of the rows.

A row waits (`LogWaiting`) until the sequencer gives it the next number of the log (`LogEntry`). Full tiles of the tree
are kept as they are served, its signed heads as checkpoints; a new one needs the tree's right edge only.
"""

from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from market.base.words import N_, register_sentences
from market.store.db import Base
from market.store.guards import Follows, Frozen, Refuses
from market.store.types import Code, Instant, Key, Line, Prose, Whole


class JournalRow(Base):
    """An act on an object. `rev` counts the object's acts from 1; `prev` is the leaf hash of the one before.

    `actor` names a role and an organisation, never a person; the person's id is in the private payload. Salt and
    payload can be erased together, and are missing in a row that came back from a mirror; nothing else ever changes.
    """

    __tablename__ = "journal_row"
    id: Mapped[Key]
    t: Mapped[Instant]
    act: Mapped[Code]
    obj: Mapped[Line]
    rev: Mapped[Whole]
    actor: Mapped[Line]
    ph: Mapped[Code]
    prev: Mapped[Code]
    leaf: Mapped[Code]
    salt: Mapped[bytes | None] = mapped_column(LargeBinary)
    payload: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    __table_args__ = (
        UniqueConstraint("obj", "rev"),
        CheckConstraint("rev >= 1", name="journal_row_counts_from_one"),
        # One without the other proves nothing and may still tell something.
        CheckConstraint("(salt IS NULL) = (payload IS NULL)", name="journal_row_erased_whole"),
        {
            "info": {
                "frozen": Frozen(but=("salt", "payload")),
                "follows": Follows("INSERT INTO log_waiting (row_id) VALUES (NEW.id)"),
                "refuses": [
                    Refuses(
                        "journal.only_erased",
                        "NEW.salt IS NOT NULL OR NEW.payload IS NOT NULL",
                        ("UPDATE OF salt, payload",),
                    )
                ],
            }
        },
    )


class LogWaiting(Base):
    """A row without a number in the log; written with the row, by the database, and taken away with the number."""

    __tablename__ = "log_waiting"
    row_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("journal_row.id"), primary_key=True, autoincrement=False)


class LogEntry(Base):
    """The row's place in the log: 0, 1, 2, ... without a gap."""

    __tablename__ = "log_entry"
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    row_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("journal_row.id"), unique=True)
    __table_args__ = (
        {
            "info": {
                "frozen": Frozen(),
                "refuses": [
                    Refuses("log.gap", "NEW.seq <> (SELECT COALESCE(MAX(seq) + 1, 0) FROM log_entry)"),
                ],
            }
        },
    )


class LogTile(Base):
    """256 hashes side by side, of leaves (level 0) or of full tiles of the level below; `root` is their subtree's."""

    __tablename__ = "log_tile"
    level: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    root: Mapped[bytes] = mapped_column(LargeBinary)
    hashes: Mapped[bytes] = mapped_column(LargeBinary)
    __table_args__ = (
        CheckConstraint("length(root) = 32 AND length(hashes) = 8192", name="log_tile_is_full"),
        {"info": {"frozen": Frozen()}},
    )


class LogCheckpoint(Base):
    """A signed head of the log, word by word. Sizes only grow: one head of each size, and none beyond the log."""

    __tablename__ = "log_checkpoint"
    size: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    root: Mapped[Code]
    note: Mapped[Prose]
    made_at: Mapped[Instant]
    __table_args__ = (
        {
            "info": {
                "frozen": Frozen(),
                "refuses": [
                    Refuses(
                        "log.head_goes_back",
                        "EXISTS (SELECT 1 FROM log_checkpoint WHERE size >= NEW.size)"
                        " OR NOT EXISTS (SELECT 1 FROM log_entry WHERE seq = NEW.size - 1)",
                    )
                ],
            }
        },
    )


class LogCosignature(Base):
    """A witness's signature line under a checkpoint, and the moment at which it says that it looked."""

    __tablename__ = "log_cosignature"
    size: Mapped[int] = mapped_column(BigInteger, ForeignKey("log_checkpoint.size"), primary_key=True)
    witness: Mapped[Line] = mapped_column(primary_key=True)
    seen_at: Mapped[Instant]
    line: Mapped[Prose]
    __table_args__ = ({"info": {"frozen": Frozen()}},)


register_sentences(
    {
        "journal.only_erased": N_("A record's private part can be erased, never written again."),
        "log.gap": N_("Entries of the public log are numbered without a gap; this number is not the next."),
        "log.head_goes_back": N_("The public log only grows; a head of this size cannot be signed any more."),
    }
)
