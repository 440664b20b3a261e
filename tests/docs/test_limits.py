"""docs/limits.md is written from the numbers in code and in a new database."""

from collections.abc import Iterator

import pytest
from flask import Flask

from config import Config, Development
from market.accounts import rules as accounts
from market.agencies import rules as agencies
from market.agencies.actions.leaving import LONGEST_SUSPENSION_DAYS
from market.agencies.actions.uploads import MOST_ENTRIES
from market.agencies.importing import files
from market.agencies.rules import MOST_DAYS
from market.agencies.rules import papers as agency_papers
from market.base import money
from market.base.pricing import COEFFICIENT_UNIT, quantity
from market.base.sheets import cells, uploads
from market.catalogue.models import Coefficient, Service
from market.contracts import rules as contracts
from market.evaluation import queries
from market.evaluation.actions import DEMO_SCHEME, seed_scheme
from market.fees import rules as fees
from market.oversight import rules as oversight
from market.ratings import rules as ratings
from market.ratings.rules import Factor
from market.search import index, question
from market.selection.actions import basket, plans
from market.selection.actions.requests import LONGEST_TITLE
from market.store.settings import DEFAULTS
from market.store.transaction import transaction
from market.web import headers, paging
from tests.docs.written import ROOT, compare_or_write, table

MARKET = ROOT / "market"
HOME = MARKET / "store" / "settings.py"
HEAD = """# Limits 业务限值

Written by `tests/docs/test_limits.py` from the code and from what `flask setup` puts into a new database; do not edit
by hand. `fen` is 1/100 yuan; a *step* is the smallest part of a quantity that is counted.

由测试按代码和新数据库写成，请勿手改。`fen` 即分；数量按最小的一步（step）计。期限的现行天数按日期取下表中已施行的一行。
"""
SETTINGS = """## Dated settings 按日期生效的设定

Rows of the table `dated_setting`, chosen by date: a new value is a new row with its first day, its source beside it, and
what happened before keeps the old one. These are the values that a new database begins with.
"""
SCHEME = """## The example scheme of the yearly evaluation 年度测评示例方案

Rows of `scheme`, `scheme_weight` and `scheme_grade`; a scheme never changes, a new one gets a new code. `demo-1` is this
project's own example and no regulation.
"""


def minutes(name: str) -> int:
    return int(getattr(accounts, name).total_seconds()) // 60


def in_code() -> Iterator[tuple[str, str, str]]:
    """Yield what is limited, the limit, and where it stands."""
    largest, most = money.format_yuan(money.MAX_FEN), quantity.MAX_QUANTITY
    coefficient = next(c for c in Coefficient.__table__.constraints if c.name == "coefficient_sensible")
    yield "Largest amount of money", f"{money.MAX_FEN:,} fen ({largest})", "`base/money.py`, CHECK of every priced row"
    yield "Largest quantity", f"{most:,} steps", "`base/pricing/quantity.py`, CHECK `band_interval`"
    yield (
        "Step of a quantity",
        f"1 fen of money, else 1/{quantity.OTHER_STEPS} of the unit",
        "`base/pricing/quantity.py`",
    )
    yield "Step of a coefficient", f"1/{COEFFICIENT_UNIT}", "`base/pricing/band.py`"
    yield "Coefficients", f"`{coefficient.sqltext}` in such steps", "CHECK `coefficient_sensible`"
    yield "Longest number that is read", f"{money.LONGEST_NUMBER} characters", "`base/money.py`"
    yield "References a year", "999,999 of each kind", "`base/refs.py`, CHECK `reference_counter_in_six_digits`"
    yield "Share of a reference standard", f"at most {agencies.HIGHEST_SHARE // 10} %", "`agencies/rules/marks.py`"
    attachment = agency_papers.MOST_ATTACHMENT_BYTES // 1024**2
    yield (
        "Attachment of an application",
        f"{attachment} MB; PDF, PNG or JPEG by content; at most {agency_papers.MOST_ATTACHMENTS}",
        "`agencies/rules/papers.py`, CHECK `attachment_size`",
    )
    yield "Suspension of an agency", f"at most {LONGEST_SUSPENSION_DAYS} days", "`agencies/actions/leaving.py`"
    yield "Promised working days", f"1 to {MOST_DAYS}", "`agencies/rules/offers.py`, CHECK `offer_promised_days`"
    yield "Title of a request", f"{LONGEST_TITLE} characters", "`selection/actions/requests.py`"
    yield "Reason of a return", f"at least {contracts.REASON_AT_LEAST} characters", "`contracts/rules.py`"
    yield "Terms, notes and reasons", f"{contracts.LONGEST_TEXT} characters", "`contracts/rules.py`"
    yield "Reference of a payment", f"{fees.LONGEST_REFERENCE} characters", "`fees/rules.py`"
    yield (
        "Levels of a rating",
        f"{ratings.LOWEST} to {ratings.HIGHEST} on each of {len(Factor)} factors",
        "`ratings/rules.py`, CHECK",
    )
    yield "Comment on a level of 1, 2 or 5", f"at least {ratings.COMMENT_AT_LEAST} characters", "`ratings/rules.py`"
    yield "Longest comment", f"{ratings.LONGEST_COMMENT} characters", "`ratings/rules.py`"
    yield "Ratings before a mean is shown", f"{ratings.FEWEST_SHOWN}", "`ratings/rules.py`"
    yield (
        "Text of a voice",
        f"{oversight.LEAST_TEXT} to {oversight.LONGEST_TEXT} characters",
        "`oversight/rules/voice.py`",
    )
    for what, throttle in (("Voices", oversight.SENDING), ("Wrong query codes", oversight.QUERYING)):
        window = int(throttle.window.total_seconds()) // 60
        yield f"{what} from one address", f"{throttle.most} in {window} minutes", "`oversight/rules/throttle.py`"
    kept = int(plans.SAVING.window.total_seconds()) // 60
    yield "Plans kept from one address", f"{plans.SAVING.most} in {kept} minutes", "`selection/actions/plans.py`"
    yield "Services in a basket", f"{basket.MOST_IN_BASKET}", "`selection/actions/basket.py`"
    megabytes = uploads.LIMITS.size // uploads.MEGABYTE
    yield "File of an imported list", f"{megabytes} MB, {uploads.LIMITS.rows:,} rows", "`base/sheets/uploads.py`"
    yield "Agencies of a workbook on a page", f"{MOST_ENTRIES:,}", "`agencies/actions/uploads.py`"
    own = files.OPERATORS_LIMITS
    told = f"{own.size // uploads.MEGABYTE} MB, {own.rows:,} rows"
    yield "File of `flask agencies import`", told, "`agencies/importing/files.py`"
    yield "Cell of an imported file", f"{cells.LONGEST} characters", "`base/sheets/cells.py`"
    yield (
        "Name of a service",
        f"{Service.__table__.c.name_zh.type.length} characters in the database",
        "`catalogue/models/edition.py`",
    )
    yield "Password", f"{accounts.LEAST_PASSWORD} to {accounts.MOST_PASSWORD} characters", "`accounts/rules.py`"
    tries = (
        f"{accounts.TRIES} wrong tries in {minutes('COUNTED_FOR')} minutes lock the name for {minutes('LOCKED_FOR')}"
    )
    yield "Sign-in", tries, "`accounts/rules.py`"
    yield "Session", f"{minutes('SESSION_LASTS') // 60} hours", "`accounts/rules.py`, `config.py`"
    upload = Development({"SECRET_KEY": "-"}).MAX_CONTENT_LENGTH // 1024**2
    yield "Body of a request", f"{upload} MB (`MAX_UPLOAD_MB`), {Config.MAX_FORM_PARTS:,} form parts", "`config.py`"
    yield "Rows on a page", f"{paging.SIZE}", "`web/paging.py`"
    yield "Age of a static file in a browser", f"{headers.STATIC_FOR} seconds", "`web/headers.py`"
    yield (
        "Search question",
        f"{question.LONGEST_QUESTION} characters, {question.MOST_TERMS} terms",
        "`search/question.py`",
    )
    yield "Body that is indexed", f"{index.LONGEST_BODY:,} characters", "`search/index.py`"


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_the_page_of_limits_is_what_the_code_says(app: Flask) -> None:
    with app.app_context():
        with transaction() as now:
            seed_scheme(now)
        scheme = queries.rules_of(queries.scheme_of(DEMO_SCHEME))
    read = "".join(path.read_text(encoding="utf-8") for path in MARKET.rglob("*.py") if path != HOME)
    settings = [
        (f"`{key}`", f"`{value}`" + ("" if key in read else " (*no rule reads it yet*)"), source)
        for key, (value, source) in DEFAULTS.items()
    ]
    rows = [(f"weight of {factor}", f"{weight} / 1000") for factor, weight in scheme.weights.items()]
    rows += [(f"grade {grade}", f"from {lowest / 1000:g} points of 100") for grade, lowest in scheme.grades]
    rows += [("fewest ratings for a grade", f"{scheme.fewest_ratings}")]
    lines = [HEAD, SETTINGS, *table(("key", "value", "source"), settings), ""]
    lines += ["## Limits in code 程序中的限值", "", *table(("what", "limit", "where it stands"), in_code()), ""]
    lines += [SCHEME, *table(("what", "value"), rows)]
    compare_or_write("limits.md", "\n".join(lines) + "\n")
