"""Price rules as tables: fee items, their bands, closed sets of coefficients, and published schedules.

Every price is a list of bands, each a straight line over an interval of quantity (see `market/base/pricing`). Bands
of the list carry the sentinel agency 0; an agency's marked price is a set of bands with its own agency id.
"""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from market.base.money import HALF_UP, ROUNDINGS
from market.catalogue.models.edition import list_law
from market.catalogue.rules import Payer, PriceState, Pricing, ScheduleRole
from market.store.db import Base
from market.store.guards import Frozen, Refuses
from market.store.types import Code, Key, Line, Prose, Whole, one_of

LISTED = 0  # the agency id of the list itself


class CoefficientSet(Base):
    """A closed set of lawful coefficients; set 1 holds only 1."""

    __tablename__ = "coefficient_set"
    id: Mapped[Key]
    # The values in 1/10000 in ascending order; products of several printed sets can be many.
    values_text: Mapped[Prose] = mapped_column(unique=True)
    __table_args__ = ({"info": {"frozen": Frozen()}},)


class Coefficient(Base):
    """One lawful product of a set, in 1/10000."""

    __tablename__ = "coefficient"
    set_id: Mapped[int] = mapped_column(ForeignKey("coefficient_set.id"), primary_key=True)
    value: Mapped[Whole] = mapped_column(primary_key=True, autoincrement=False)
    __table_args__ = (
        CheckConstraint("value > 0 AND value <= 100000", name="coefficient_sensible"),
        {
            "info": {
                "frozen": Frozen(),
                # The set's name is its content, so a set in use takes no further coefficient.
                "refuses": (
                    Refuses(
                        "store.closed",
                        "NOT EXISTS (SELECT 1 FROM coefficient_set WHERE id = NEW.set_id"
                        " AND ',' || values_text || ',' LIKE '%,' || NEW.value || ',%')",
                    ),
                ),
            }
        },
    )


class FeeItem(Base):
    """A fee item (收费项目) of an entry: one price rule. `steps_per_unit` quantity steps make one `unit`."""

    __tablename__ = "fee_item"
    id: Mapped[Key]
    entry_id: Mapped[Whole]
    edition_id: Mapped[Whole]
    service_id: Mapped[Whole]
    pricing: Mapped[Code]
    price_state: Mapped[Code]
    position: Mapped[Whole]
    name_zh: Mapped[Line]
    name_en: Mapped[Line]
    base_name: Mapped[Line]
    unit: Mapped[Code]
    steps_per_unit: Mapped[Whole]
    method: Mapped[Code]
    document_no: Mapped[Line]
    schedule_key: Mapped[Code | None]
    # The item's own name inside the schedule, such as `external`; empty without a schedule.
    schedule_item: Mapped[Line] = mapped_column(default="")
    reason: Mapped[Code]
    coefficient_set_id: Mapped[int] = mapped_column(ForeignKey("coefficient_set.id"))
    # The first and the last day on which the price may be asked for, both included; null where the document says none.
    effective_from: Mapped[date | None] = mapped_column(default=None)
    effective_until: Mapped[date | None] = mapped_column(default=None)
    __table_args__ = (
        ForeignKeyConstraint(
            ["entry_id", "edition_id", "service_id", "pricing"],
            ["entry.id", "entry.edition_id", "entry.service_id", "entry.pricing"],
        ),
        UniqueConstraint("id", "edition_id", "service_id", "pricing"),
        UniqueConstraint("id", "edition_id", "service_id", "price_state"),
        Index("ix_fee_item_entry_id", "entry_id"),
        one_of("pricing", Pricing, "fee_item_pricing_known"),
        one_of("price_state", PriceState, "fee_item_price_state_known"),
        CheckConstraint(
            "(pricing = 'market_regulated') = (price_state = 'marked') AND (pricing = 'fiscal') = (price_state = 'free')",
            name="fee_item_state_follows_pricing",
        ),
        CheckConstraint("effective_from <= effective_until", name="fee_item_days_in_order"),
        {"info": list_law()},
    )


class PriceSchedule(Base):
    """A published schedule tied to an entry: in force it was made into bands, as a reference it is only shown."""

    __tablename__ = "price_schedule"
    id: Mapped[Key]
    edition_id: Mapped[Whole]
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"))
    role: Mapped[Code]
    key: Mapped[Code]
    title: Mapped[Line]
    document_no: Mapped[Line]
    refused_code: Mapped[Code]
    refused_text: Mapped[Line]
    # The document as data, its decimals exactly as printed.
    data: Mapped[Prose]
    __table_args__ = (
        ForeignKeyConstraint(["edition_id"], ["edition.id"]),
        UniqueConstraint("entry_id", "key"),
        one_of("role", ScheduleRole, "price_schedule_role_known"),
        {"info": list_law()},
    )


_MARK_INSIDE = (
    "parent_id IS NULL OR (float_high * parent_float_den <= parent_float_high * float_den"
    " AND float_high * parent_float_den >= parent_float_low * float_den"
    " AND float_low * parent_float_den = parent_float_low * float_den)"
)
# Which price may exist at all: the list prices what government sets or guides, agencies mark what is market-regulated
# (or what the authority buys), and an agency's mark on a government price hangs on the list's own band.
_BY_PRICING = (
    "(agency_id = 0 AND parent_id IS NULL AND (pricing IN ('government_set', 'government_guided') AND payer = 'applicant'"
    " OR pricing = 'fiscal' AND payer = 'applicant' AND y0 = 0 AND slope_num = 0 AND min_fen = 0 AND max_fen = 0))"
    " OR (agency_id > 0 AND (pricing = 'market_regulated' AND parent_id IS NULL AND payer = 'applicant'"
    " OR pricing = 'fiscal' AND parent_id IS NULL AND payer = 'authority'"
    " OR pricing IN ('government_set', 'government_guided') AND parent_id IS NOT NULL AND payer = 'applicant'))"
)
LINE = [
    "q_from", "q_to", "q0", "y0", "slope_num", "slope_den", "min_fen", "max_fen", "limits", "rounding", "coefficient_set_id",
]  # fmt: skip
_KEY = [
    "id", "edition_id", "service_id", "fee_item_id", "agency_id", "payer",
    "float_low", "float_high", "float_den", *LINE,
]  # fmt: skip
_EDITION_OF_NEW = "(SELECT state FROM edition WHERE id = NEW.edition_id)"


class Band(Base):
    """A straight piece of a price. Money in fen, quantity in steps, lower bound excluded, upper included."""

    __tablename__ = "band"
    id: Mapped[Key]
    edition_id: Mapped[Whole]
    service_id: Mapped[Whole]
    fee_item_id: Mapped[Whole]
    pricing: Mapped[Code]
    agency_id: Mapped[Whole]
    payer: Mapped[Code]
    q_from: Mapped[Whole]
    q_to: Mapped[Whole]
    q0: Mapped[Whole]
    y0: Mapped[Whole]
    slope_num: Mapped[Whole]
    slope_den: Mapped[Whole]
    float_low: Mapped[Whole]
    float_high: Mapped[Whole]
    float_den: Mapped[Whole]
    min_fen: Mapped[Whole]
    max_fen: Mapped[Whole]
    limits: Mapped[Code]
    rounding: Mapped[Code] = mapped_column(default=HALF_UP)
    coefficient_set_id: Mapped[int] = mapped_column(ForeignKey("coefficient_set.id"))
    base_known: Mapped[bool]
    # The list's band that a mark on a government price narrows; null for the list's own bands and for market prices.
    parent_id: Mapped[Whole | None]
    parent_agency_id: Mapped[Whole]
    parent_float_low: Mapped[Whole]
    parent_float_high: Mapped[Whole]
    parent_float_den: Mapped[Whole]
    __table_args__ = (
        ForeignKeyConstraint(
            ["fee_item_id", "edition_id", "service_id", "pricing"],
            ["fee_item.id", "fee_item.edition_id", "fee_item.service_id", "fee_item.pricing"],
        ),
        UniqueConstraint(*_KEY, name="uq_band_key"),
        UniqueConstraint("id", "agency_id", "fee_item_id", "edition_id", "service_id"),
        ForeignKeyConstraint(
            [
                "parent_id",
                "edition_id",
                "service_id",
                "fee_item_id",
                "parent_agency_id",
                "payer",
                "parent_float_low",
                "parent_float_high",
                "parent_float_den",
                *LINE,
            ],
            [f"band.{column}" for column in _KEY],
            name="fk_band_parent",
        ),
        Index("ix_band_fee_item_id_agency_id", "fee_item_id", "agency_id"),
        one_of("payer", Payer, "band_payer_known"),
        CheckConstraint("limits IN ('before', 'after')", name="band_limits_known"),
        one_of("rounding", ROUNDINGS, "band_rounding_known"),
        CheckConstraint("q_from >= 0 AND q_to > q_from AND q_to <= 100000000000000", name="band_interval"),
        CheckConstraint("slope_den > 0 AND float_den > 0", name="band_fractions"),
        CheckConstraint("0 <= float_low AND float_low <= float_high", name="band_float"),
        CheckConstraint(
            "0 <= min_fen AND min_fen <= max_fen AND max_fen <= 1000000000000", name="band_minimum_maximum"
        ),
        CheckConstraint("y0 >= 0 AND slope_num >= 0", name="band_never_falls"),
        CheckConstraint("parent_agency_id = 0", name="band_parent_is_the_lists"),
        CheckConstraint(_MARK_INSIDE, name="band_mark_inside_rule"),
        CheckConstraint(_BY_PRICING, name="band_by_pricing"),
        {
            "info": {
                "frozen": Frozen(
                    when="OLD.agency_id <> 0 OR (SELECT state FROM edition WHERE id = OLD.edition_id) = 'published'",
                    arrives="NEW.agency_id <> 0 OR " + _EDITION_OF_NEW + " = 'published'",
                ),
                "refuses": (
                    Refuses("edition.published_stays", f"NEW.agency_id = 0 AND {_EDITION_OF_NEW} = 'published'"),
                    Refuses(
                        "band.mark_needs_published_edition", f"NEW.agency_id <> 0 AND {_EDITION_OF_NEW} <> 'published'"
                    ),
                ),
            }
        },
    )
