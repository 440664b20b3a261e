"""The law's numbers and the operator's rules: data, chosen by date, never constants in code."""

from datetime import date
from typing import Any

from sqlalchemy import select

from market.store.db import db
from market.store.models import DatedSetting

# What a new database begins with. `source` says whether it is law, a place's rule, or this operator's own default.
DEFAULTS: dict[str, tuple[Any, str]] = {
    "admission.check_workdays": (2, "湘政办发〔2020〕46号 运行细则: 形式要件核验 2 个工作日"),
    "draw.beacon": ("drand_quicknet", "operator's default; without internet: lottery or commit_reveal"),
    "draw.beacon_minutes": (15, "operator's default"),
    "draw.least": (
        {"state": 3, "social": 2},
        "国有资金不少于 3 家: 连云港海州中介超市《选取规则》; other funds: operator's default, no source gives a number",
    ),
    "draw.most_postponements": (3, "operator's default"),
    "draw.witnesses": (0, "operator's default; no witness is connected yet"),
    "offer.longest_workdays": (60, "operator's default where the list has no limit"),
    "paper.notice_days": ([30, 7, 0], "operator's default"),
    "plan.act_workdays": (
        20,
        "operator's default, the longest that 行政许可法第四十二条 allows where nothing is promised",
    ),
    "plan.service_workdays": (15, "operator's default where the list has no limit"),
    "request.quoting_workdays": (3, "operator's default"),
    "request.longest_quoting_workdays": (60, "operator's default"),
    "site.supervision_phones": (["12315", "12345"], "operator's default"),
    "voice.answer_workdays": (10, "operator's default"),
    "voice.contact_kept_days": (30, "operator's default"),
}
_FIRST_DAY = date(2020, 1, 1)


def setting(key: str, on: date) -> Any:
    """The value of `key` in force on `on`."""
    query = (
        select(DatedSetting.value)
        .where(DatedSetting.key == key, DatedSetting.valid_from <= on)
        .order_by(DatedSetting.valid_from.desc())
        .limit(1)
    )
    found = db.session.scalar(query)
    if found is None:
        raise LookupError(f"no setting {key} on {on}")
    return found


def seed_settings() -> None:
    """Write the first value of every key that has none; keeps what is there."""
    known = set(db.session.scalars(select(DatedSetting.key)))
    for key, (value, source) in DEFAULTS.items():
        if key not in known:
            db.session.add(DatedSetting(key=key, valid_from=_FIRST_DAY, value=value, source=source))


def set_value(key: str, value: Any, *, valid_from: date, source: str) -> None:
    """Let `key` have another value from a day on; what was in force before stays for the days before."""
    row = db.session.scalar(select(DatedSetting).where(DatedSetting.key == key, DatedSetting.valid_from == valid_from))
    if row is None:
        db.session.add(DatedSetting(key=key, valid_from=valid_from, value=value, source=source))
    else:
        row.value, row.source = value, source
    db.session.flush()
