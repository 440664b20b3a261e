"""A crowd: 100,000 agencies and 1,000,000 marked prices, the same ones every time, on either database.

Rows are written in sets, past the triggers (which would ask of each row what is known of all), with every CHECK in
force, and every name unmistakably fictitious. Bands are made by the price law's own functions and varied in SQL. What
is projected, the directory, is written by the site's own action. Grades stand without the evaluation that gave them.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import product
from typing import Any

from sqlalchemy import Connection, column, insert, select, text
from sqlalchemy import table as plain_table

from market.accounts.models import Organisation, User
from market.agencies.models import Agency, AgencyPaper, Filing, Offer, OfferBand, Standing
from market.agencies.rules import AgencyKind, Fixed, PerUnit, market_line
from market.base.pricing import APPLICANT
from market.base.refs import RefKind, make
from market.catalogue.listing import band_row
from market.catalogue.models import Band, Entry, FeeItem
from market.catalogue.rules import PriceState, Pricing
from market.cli.demo.cast import fictitious_uscc
from market.cli.search import rebuild_directory
from market.store.db import Base, db
from market.store.fulltext import install_full_text
from market.store.guards import drop_triggers, install

# An agency marks 1 to 19 prices, 10 in the mean; its rows' ids are 32 apart.
MOST, ROOM = 19, 32
# Services that everybody wants: each has about a twentieth of the agencies.
POPULAR = 20
SHAPES = 8
STEP = 13
FIRST_ID = 1_000_000
FIRST_CODE = 20_000
FIRST_NUMBER = 200_000
YEAR = 2025
VERSION = "2026-1"
MARKED_AT = datetime(2026, 3, 2, 1, tzinfo=UTC)

PLACES = [f"虚构市{name}{kind}" for name in "东西南北滨江新高平安永兴" for kind in ("区", "县")]
SIGNS = "瑞恒信达中正华诚博远天泽鼎嘉睿通宏润明德佳合立方启航同创金桥森源海川云峰诺思汇智卓越安泰"
TRADES = (
    *(
        "测绘地理信息",
        "环境影响评价",
        "工程咨询",
        "建筑设计",
        "水土保持",
        "安全评价",
        "检测技术",
        "造价咨询",
        "工程监理",
    ),
    *(
        "土地评估",
        "房地产评估",
        "地质勘查",
        "岩土工程",
        "消防技术",
        "节能评估",
        "气候可行性论证",
        "会计师事务所",
        "律师事务所",
    ),
    *(
        "招标代理",
        "规划设计",
        "交通咨询",
        "水利设计",
        "林业调查",
        "海洋环境",
        "职业卫生",
        "特种设备检验",
        "ABC Survey",
        "数据服务",
    ),
)
FORMS = ("有限公司", "有限责任公司", "股份有限公司", "研究院", "设计院", "事务所", "中心")


@dataclass(frozen=True, slots=True)
class Crowd:
    """How big a crowd was made, and the code of a service that many of it serve."""

    agencies: int
    offers: int
    popular: str


def settle(agencies: int, edition_id: int) -> Crowd:
    """Write `agencies` agencies, ten times as many marked prices in a published edition, and the directory."""
    templates, popular = _templates(edition_id)
    account = db.session.scalars(select(User.id).order_by(User.id).limit(1)).one()
    db.session.rollback()
    with db.engine.connect().execution_options(writes=True) as connection, connection.begin():
        _past_the_triggers(connection)
        _people(connection, agencies, account)
        _prices(connection, templates, account)
        _under_the_triggers(connection)
        offers = connection.execute(text("SELECT count(*) FROM offer")).scalar_one()
    _without_full_text()
    rebuild_directory()
    with db.engine.connect().execution_options(writes=True) as connection, connection.begin():
        install_full_text(connection, Base.metadata)
    tidied()
    return Crowd(agencies, offers, popular)


def names(count: int) -> Iterator[tuple[str, str]]:
    """As many different fictitious names, each with its region; the same ones every time."""
    dice = random.Random(20261128)
    pairs = ["".join(pair) for pair in product(SIGNS, SIGNS)]
    known: set[str] = set()
    while len(known) < count:
        place = dice.choice(PLACES)
        name = f"【虚构】{place[2:]}{dice.choice(pairs)}{dice.choice(TRADES)}{dice.choice(FORMS)}（测试）"
        if name not in known:
            known.add(name)
            yield name, place


def tidied() -> None:
    """What PostgreSQL does by itself after a while: count the rows and mark the settled pages."""
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


def _templates(edition_id: int) -> tuple[list[dict[str, Any]], str]:
    """Several lawful marks of each market-regulated entry with one fee item, numbered; and the first entry's code."""
    query = (
        select(Entry, FeeItem)
        .join(FeeItem, FeeItem.entry_id == Entry.id)
        .where(Entry.edition_id == edition_id, FeeItem.pricing == Pricing.MARKET_REGULATED)
        .where(FeeItem.price_state == PriceState.MARKED, FeeItem.position == 1)
        .order_by(Entry.position)
    )
    found: list[Any] = list(db.session.execute(query))
    if (len(found) - POPULAR) % STEP == 0:
        found.pop()
    made = []
    for number, (entry, item) in enumerate(found):
        for shape in range(SHAPES):
            mark = PerUnit(20 + 7 * shape, 50_000) if shape % 2 else Fixed(200_000 + 90_000 * shape)
            band = band_row(item, market_line(mark, item.steps_per_unit, payer=APPLICANT), agency_id=1)
            values = {one.name: getattr(band, one.name) for one in Band.__table__.columns}
            days = entry.time_limit_workdays or entry.time_limit_calendar_days or 30
            made.append(values | {"number": number, "shape": shape, "entry_id": entry.id, "days": days})
    return made, found[0][0].code


def _past_the_triggers(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        drop_triggers(connection)
        return
    connection.execute(text("SET LOCAL session_replication_role = replica"))
    connection.execute(text("SET LOCAL synchronous_commit = off"))


def _under_the_triggers(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        install(connection, Base.metadata)
        install_full_text(connection, Base.metadata)
        return
    for name in ("organisation", "agency", "filing", "agency_paper", "standing", "offer", "band", "offer_band"):
        connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) FROM {name}))"))


def _without_full_text() -> None:
    """Take the full text off the directory: it is made in a tenth of the time when the rows are there."""
    with db.engine.connect().execution_options(writes=True) as connection, connection.begin():
        if connection.dialect.name == "sqlite":
            for what in ("added", "removed", "changed"):
                connection.execute(text(f"DROP TRIGGER directory_text_{what}"))
            return
        connection.execute(text("DROP INDEX directory_text"))


def _people(connection: Connection, count: int, account: int) -> None:
    dice = random.Random(7)
    kinds = list(AgencyKind)
    organisations, agencies, filings, papers, standings = [], [], [], [], []
    for number, (name, region) in enumerate(names(count)):
        id_ = FIRST_ID + number
        organisations.append(
            {
                "id": id_, "ref": make(RefKind.ORGANISATION, 2026, FIRST_NUMBER + number), "kind": "agency", "name": name,
                "uscc": fictitious_uscc(FIRST_CODE + number), "region": region, "is_fictitious": True,
                "created_at": MARKED_AT,
            }
        )  # fmt: skip
        agencies.append(
            {
                "id": id_, "ref": make(RefKind.AGENCY, 2026, FIRST_NUMBER + number), "organisation_id": id_,
                "state": "admitted", "kind": kinds[number % len(kinds)], "legal_representative": "【虚构】某某",
                "phone": "000-00000000", "address": f"{region}虚构路 {number} 号", "introduction": "",
                "admitted_at": MARKED_AT, "row_version": 1,
            }
        )  # fmt: skip
        filings.append(_filing(id_, kinds[number % len(kinds)], account) | {"name": name})
        papers.append(
            {
                "id": id_, "agency_id": id_, "filing_id": id_, "state": "on_record", "recorded_at": MARKED_AT,
                "qualification": "", "major": "", "grade": "", "name": "【虚构】资质证书", "number": f"FAKE-{number}", "issuer": "【虚构】协会",
                "valid_from": date(2024, 1, 1), "valid_until": date(2027 + number % 4, 12, 31),
            }
        )  # fmt: skip
        if number % 5:
            grade, score = dice.choice((("A", 93_000), ("B", 84_000), ("B", 81_000), ("C", 72_000), ("D", 55_000)))
            standings.append(
                {
                    "id": id_, "agency_id": id_, "year": YEAR, "round_ref": f"EV-{YEAR}-CROWD", "grade": grade,
                    "score_milli": score, "set_at": MARKED_AT,
                }
            )  # fmt: skip
    for model, rows in (
        (Organisation, organisations),
        (Agency, agencies),
        (Filing, filings),
        (AgencyPaper, papers),
        (Standing, standings),
    ):
        connection.execute(insert(model), rows)


def _filing(id_: int, kind: AgencyKind, account: int) -> dict[str, Any]:
    return {
        "id": id_, "agency_id": id_, "kind": "entry", "state": "passed", "agency_kind": kind,
        "legal_representative": "【虚构】某某", "contact_name": "", "contact_email": "", "phone": "000-00000000",
        "address": "", "introduction": "", "opened_at": MARKED_AT, "commitment_version": VERSION,
        "commitment_accepted_at": MARKED_AT, "commitment_accepted_by": account, "round": 1, "submitted_at": MARKED_AT,
        "check_due_on": MARKED_AT.date(), "decided_at": MARKED_AT, "row_version": 1,
    }  # fmt: skip


def _prices(connection: Connection, templates: list[dict[str, Any]], account: int) -> None:
    """Offer `k` of agency `a` stands on an entry and a shape that follow from both numbers; no two on one entry."""
    _in_a_table(connection, "crowd_mark", templates)
    _in_a_table(connection, "crowd_slot", [{"k": k} for k in range(MOST)])
    entries = max(row["number"] for row in templates) + 1
    number = f"(agency.id - {FIRST_ID})"
    marked = (
        f"FROM agency JOIN crowd_slot ON k <= {number} * 7919 % {MOST} JOIN crowd_mark ON crowd_mark.number ="
        f" CASE k WHEN 0 THEN {number} % {POPULAR}"
        f" ELSE {POPULAR} + ({number} * 37 + k * {STEP}) % {entries - POPULAR} END"
        f" AND shape = ({number} * 3 + k) % {SHAPES} WHERE agency.id >= {FIRST_ID}"
    )
    own = {"id": f"agency.id * {ROOM} + k", "agency_id": "agency.id"}
    kept = [one.name for one in Band.__table__.columns]
    band = {name: f"crowd_mark.{name}" for name in kept} | own | {"y0": f"crowd_mark.y0 + {number} % 997 * 100"}
    offer = own | {name: f"crowd_mark.{name}" for name in ("entry_id", "edition_id", "service_id", "pricing")}
    offer |= {"state": "'in_force'", "version": "1", "promised_days": f"1 + {number} % days", "marked_by": str(account)}
    moment = f"(SELECT admitted_at FROM agency one WHERE one.id = {FIRST_ID})"
    offer |= {"marked_at": moment, "effective_from": moment, "region_code": "''"}
    tie = own | {"offer_id": own["id"], "band_id": own["id"]}
    tie |= {name: f"crowd_mark.{name}" for name in ("fee_item_id", "edition_id", "service_id")}
    for model, values in ((Offer, offer), (Band, band), (OfferBand, tie)):
        columns, given = ", ".join(values), ", ".join(values.values())
        connection.execute(text(f"INSERT INTO {model.__tablename__} ({columns}) SELECT {given} {marked}"))
    for name in ("crowd_mark", "crowd_slot"):
        connection.execute(text(f"DROP TABLE {name}"))


def _in_a_table(connection: Connection, name: str, rows: list[dict[str, Any]]) -> None:
    kinds = {int: "bigint", bool: "boolean", str: "text", type(None): "bigint"}
    typed = {key: next((kinds[type(row[key])] for row in rows if row[key] is not None), "bigint") for key in rows[0]}
    if connection.dialect.name == "sqlite":
        typed = {key: "text" if kind == "text" else "integer" for key, kind in typed.items()}
    columns = ", ".join(f"{key} {kind}" for key, kind in typed.items())
    connection.execute(text(f"CREATE TEMPORARY TABLE {name} ({columns})"))
    connection.execute(insert(plain_table(name, *(column(key) for key in rows[0]))), rows)
    if "number" in typed:
        connection.execute(text(f"CREATE INDEX {name}_found ON {name} (number, shape)"))
