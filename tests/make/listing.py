"""Make the list: `make_edition()`, `make_listed_service(price="guided")`, `make_real_list()`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

from sqlalchemy import func, select

from market.base import clock
from market.base.people import Actor, Role
from market.base.pricing import Band, floated, straight
from market.catalogue import actions as list_actions
from market.catalogue import rules
from market.catalogue.actions.bases import enter_cited
from market.catalogue.comparing import LISTS, entry_fingerprint, price_fingerprint
from market.catalogue.importing import ListFiles, Upload, read_list
from market.catalogue.listing import band_row
from market.catalogue.models import Act, Coefficient, CoefficientSet, Edition, Entry, EntryArticle, FeeItem, Service
from market.catalogue.rules import EditionState, PriceState, Pricing
from market.store.db import db
from market.store.transaction import transaction
from tests.make.ground import make_ground, numbers
from tests.make.people import make_person

PRICES: Mapping[str, tuple[Pricing, PriceState]] = {
    "market": (Pricing.MARKET_REGULATED, PriceState.MARKED),
    "guided": (Pricing.GOVERNMENT_GUIDED, PriceState.LISTED),
    "set": (Pricing.GOVERNMENT_SET, PriceState.LISTED),
    "fiscal": (Pricing.FISCAL, PriceState.FREE),
    "unpublished": (Pricing.GOVERNMENT_SET, PriceState.UNPUBLISHED),
}
FIRST_DAY = date(2020, 1, 1)
_DATA = Path(rules.__file__).parents[1] / "data"


@dataclass(frozen=True)
class Listed:
    """A listed service: an entry of an edition and its fee items in order."""

    code: str
    name: str
    entry_id: int
    edition_id: int
    service_id: int
    fee_item_ids: tuple[int, ...]

    @property
    def fee_item_id(self) -> int:
        """The first (mostly the only) fee item."""
        return self.fee_item_ids[0]


def make_edition(*, effective_from: date = FIRST_DAY) -> int:
    """Make a draft edition and return its id; add services to it, then `publish_edition`."""
    make_ground()
    editor = make_person(role=Role.LIST_EDITOR)
    with transaction() as now:
        last = db.session.scalar(select(func.max(Edition.number))) or 0
        edition = Edition(
            number=last + 1,
            state=EditionState.DRAFT,
            title=f"【虚构】清单第{last + 1}版（测试）",
            effective_from=effective_from,
            drafted_by=editor.actor.id,
            drafted_at=now,
        )
        db.session.add(edition)
        db.session.flush()
        return edition.id


def publish_edition(*, edition_id: int) -> None:
    """Publish a draft edition by a second person."""
    approver = make_person(role=Role.LIST_APPROVER)
    with transaction() as now:
        edition = db.session.get_one(Edition, edition_id)
        edition.state = EditionState.IN_REVIEW
        db.session.flush()
        edition.state = EditionState.PUBLISHED
        edition.approved_by = approver.actor.id
        edition.published_at = now


def make_listed_service(
    *,
    price: str = "market",
    edition_id: int | None = None,
    code: str = "",
    name: str = "",
    unit: str = "平方米",
    fee_items: int = 1,
    time_limit: int | None = 20,
    bands: Sequence[Band] | None = None,
) -> Listed:
    """Make a listed service; `price` is market, guided (80 % to 120 %), set, fiscal or unpublished.

    Without `edition_id` it gets an edition of its own, published at once (the newest one is in force). `bands` replace
    the list's own bands: by default 100 yuan and 2 yuan a unit where the government sets or guides.
    """
    own = make_edition() if edition_id is None else edition_id
    with transaction():
        entry = _entry(PRICES[price], own, code, name)
        entry.unit, entry.time_limit_workdays = unit, time_limit
        db.session.add(entry)
        db.session.flush()
        items = [_fee_item(entry, PRICES[price][1], position, unit) for position in range(1, fee_items + 1)]
        db.session.add_all(items)
        db.session.flush()
        lines = list_lines(price) if bands is None else bands
        db.session.add_all(band_row(item, line, agency_id=0) for item in items for line in lines)
        rules = [repr(line) for line in lines]
        entry.price_fingerprint = price_fingerprint(entry, rules)
        entry.fingerprint = entry_fingerprint(entry, dict.fromkeys(LISTS, ()), {"rules": rules})
        _cite(entry)
        ids = tuple(item.id for item in items)
        listed = Listed(entry.code, entry.name_zh, entry.id, own, entry.service_id, ids)
    if edition_id is None:
        publish_edition(edition_id=own)
    return listed


def make_real_list() -> int:
    """Import the package's own copy of the real list, publish it, and return the edition's id."""
    make_ground()
    files = [_DATA / name for name in ("items.csv", "price_schedules.json", "links.csv", "cleaned_up.csv")]
    editor, approver = make_person(role=Role.LIST_EDITOR), make_person(role=Role.LIST_APPROVER)
    data = read_list(ListFiles(*(Upload.of(path) for path in files)))
    # Published on its own first day: an edition cannot be published for a day that has passed.
    with clock.moved_to(clock.end_of_day(FIRST_DAY) - timedelta(hours=12)), transaction() as now:
        edition = list_actions.import_edition(data, "清单", actor=editor.actor, now=now)
        list_actions.submit(edition, actor=editor.actor, now=now)
        list_actions.publish(edition, FIRST_DAY, actor=approver.actor, now=now)
        return edition.id


def list_lines(price: str) -> list[Band]:
    """Return the bands the list itself has for a kind of price."""
    line = straight(100_00, Fraction(200, 1000))
    if price == "guided":
        return [floated(straight(100_00, Fraction(200, 1000), q_to=10**9), Fraction(4, 5), Fraction(6, 5))]
    if price == "set":
        return [line]
    return [Band(float_low=0, max_fen=0)] if price == "fiscal" else []


def _entry(price: tuple[Pricing, PriceState], edition_id: int, code: str, name: str) -> Entry:
    number = next(numbers)
    name = name or f"【虚构】样例事项{number:03d}"
    code = code or f"ZJ-{number:04d}"
    act = Act(
        kind="licence", name_zh=f"样例许可{number:03d}", name_en=f"Sample licence {number}", authority_zh="【虚构】审批局",
        authority_en="Fictitious authority",
    )  # fmt: skip
    service = db.session.scalar(select(Service).where(Service.code == code))
    service = service or Service(code=code, name_zh=name, act_name_zh=act.name_zh)
    db.session.add_all([act, service])
    db.session.flush()
    return Entry(
        edition_id=edition_id,
        service_id=service.id,
        act_id=act.id,
        code=code,
        position=number,
        name_zh=name,
        name_en=f"Sample service {code or number}",
        category="sample",
        category_zh="样例类",
        category_en="Samples",
        pricing=price[0],
        payer="authority" if price[0] == Pricing.FISCAL else "applicant",
        self_service="no",
        time_limit_workdays=20,
        merged_group="",
        legal_basis="《样例条例》第一条",
        output="样例报告",
        qualification="",
        price_basis="",
        price_rule="",
        unit="平方米",
        confidence="sourced",
        mark_decision="",
        mark_handling="",
    )


def _cite(entry: Entry) -> None:
    """Let the entry rest on a law that is in force: without one no edition can be published."""
    cited = enter_cited([entry.legal_basis], reason="test", actor=Actor.system(), now=clock.now())
    for position, article in enumerate(cited[entry.legal_basis], 1):
        row = EntryArticle(entry_id=entry.id, edition_id=entry.edition_id, article_id=article, position=position)
        db.session.add(row)


def _fee_item(entry: Entry, state: PriceState, position: int, unit: str) -> FeeItem:
    money = {"元": 100, "万元": 1_000_000, "亿元": 10_000_000_000}
    return FeeItem(
        entry_id=entry.id,
        edition_id=entry.edition_id,
        service_id=entry.service_id,
        pricing=entry.pricing,
        price_state=state,
        position=position,
        name_zh=f"样例收费{position}",
        name_en=f"Sample fee {position}",
        base_name="面积",
        unit=unit,
        steps_per_unit=money.get(unit, 1000),
        method="per_unit",
        document_no="样例价〔2026〕1号",
        reason="",
        coefficient_set_id=_set_of_one(),
    )


def _set_of_one() -> int:
    """The closed set that holds only the coefficient 1, named as the import names it."""
    found = db.session.scalar(select(CoefficientSet.id).where(CoefficientSet.values_text == "10000"))
    if found is not None:
        return found
    closed = CoefficientSet(values_text="10000")
    db.session.add(closed)
    db.session.flush()
    db.session.add(Coefficient(set_id=closed.id, value=10_000))
    db.session.flush()
    return closed.id
