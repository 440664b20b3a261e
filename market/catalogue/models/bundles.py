"""Acts as an edition has them, bundles of them (一件事), and what decides whether a service is needed.

Rules hang on the service and not on the entry: an entry of a draft is written anew when its row changes.
"""

from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from market.catalogue.models.edition import list_law
from market.catalogue.needs import Operator, QuestionKind
from market.store.db import Base
from market.store.types import Code, Key, Line, Prose, Whole, one_of


class EditionAct(Base):
    """An act with its marks: promised working days, 容缺受理, 告知承诺, 并联审批, and on what they rest."""

    __tablename__ = "edition_act"
    id: Mapped[Key]
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    act_id: Mapped[int] = mapped_column(ForeignKey("act.id"))
    promised_days: Mapped[Whole | None] = mapped_column(default=None)
    tolerates_missing: Mapped[bool] = mapped_column(default=False)
    by_commitment: Mapped[bool] = mapped_column(default=False)
    in_parallel: Mapped[bool] = mapped_column(default=False)
    rests_on: Mapped[Line] = mapped_column(default="")
    __table_args__ = (
        UniqueConstraint("edition_id", "act_id"),
        CheckConstraint("promised_days IS NULL OR promised_days BETWEEN 1 AND 1000", name="edition_act_days"),
        {"info": list_law()},
    )


class Bundle(Base):
    """One thing that somebody wants to do (一件事), as a set of acts."""

    __tablename__ = "bundle"
    id: Mapped[Key]
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    code: Mapped[Code]
    name_zh: Mapped[Line]
    name_en: Mapped[Line]
    summary_zh: Mapped[Line]
    summary_en: Mapped[Line]
    position: Mapped[Whole]
    __table_args__ = (
        UniqueConstraint("edition_id", "code"),
        UniqueConstraint("id", "edition_id"),
        {"info": list_law()},
    )


class BundleAct(Base):
    """An act of a bundle; only acts that the edition knows."""

    __tablename__ = "bundle_act"
    id: Mapped[Key]
    bundle_id: Mapped[Whole]
    edition_id: Mapped[Whole]
    act_id: Mapped[Whole]
    position: Mapped[Whole]
    __table_args__ = (
        ForeignKeyConstraint(["bundle_id", "edition_id"], ["bundle.id", "bundle.edition_id"]),
        ForeignKeyConstraint(["edition_id", "act_id"], ["edition_act.edition_id", "edition_act.act_id"]),
        UniqueConstraint("bundle_id", "act_id"),
        UniqueConstraint("bundle_id", "edition_id", "act_id"),
        Index("ix_bundle_act_edition_id_act_id", "edition_id", "act_id"),
        {"info": list_law()},
    )


class BundleOrder(Base):
    """One act of a bundle must be done before another one, and on what that rests."""

    __tablename__ = "bundle_order"
    id: Mapped[Key]
    bundle_id: Mapped[Whole]
    edition_id: Mapped[Whole]
    before_act_id: Mapped[Whole]
    after_act_id: Mapped[Whole]
    rests_on: Mapped[Line]
    __table_args__ = (
        ForeignKeyConstraint(
            ["bundle_id", "edition_id", "before_act_id"],
            ["bundle_act.bundle_id", "bundle_act.edition_id", "bundle_act.act_id"],
            name="fk_bundle_order_before",
        ),
        ForeignKeyConstraint(
            ["bundle_id", "edition_id", "after_act_id"],
            ["bundle_act.bundle_id", "bundle_act.edition_id", "bundle_act.act_id"],
            name="fk_bundle_order_after",
        ),
        UniqueConstraint("bundle_id", "before_act_id", "after_act_id"),
        CheckConstraint("before_act_id <> after_act_id", name="bundle_order_of_two_acts"),
        CheckConstraint("rests_on <> ''", name="bundle_order_rests_on_something"),
        Index("ix_bundle_order_edition_id", "edition_id"),
        {"info": list_law()},
    )


class Question(Base):
    """A question that decides applicability. `options` of a choice: value, zh and en of each."""

    __tablename__ = "question"
    id: Mapped[Key]
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    code: Mapped[Code]
    position: Mapped[Whole]
    kind: Mapped[Code]
    unit: Mapped[Code]
    text_zh: Mapped[Line]
    text_en: Mapped[Line]
    options: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    rests_on: Mapped[Prose]
    __table_args__ = (
        UniqueConstraint("edition_id", "code"),
        one_of("kind", QuestionKind, "question_kind_known"),
        CheckConstraint("rests_on <> ''", name="question_rests_on_something"),
        {"info": list_law()},
    )


class Applicability(Base):
    """A condition under which a service is needed; see `market.catalogue.needs`. `judged`: no text says it so."""

    __tablename__ = "applicability"
    id: Mapped[Key]
    edition_id: Mapped[Whole]
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    alternative: Mapped[Whole]
    question_code: Mapped[Code]
    operator: Mapped[Code]
    value: Mapped[Code]
    reason_zh: Mapped[Line]
    reason_en: Mapped[Line]
    rests_on: Mapped[Prose]
    judged: Mapped[bool] = mapped_column(default=False)
    __table_args__ = (
        ForeignKeyConstraint(["edition_id", "question_code"], ["question.edition_id", "question.code"]),
        UniqueConstraint("edition_id", "service_id", "alternative", "question_code", "operator"),
        one_of("operator", Operator, "applicability_operator_known"),
        CheckConstraint("rests_on <> ''", name="applicability_rests_on_something"),
        {"info": list_law()},
    )
