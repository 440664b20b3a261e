"""The trade's units of quantity: names in two languages, kind and synonyms. A unit not known here stays as printed."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from market.base.words import N_, register_labels


class UnitKind(StrEnum):
    """What a unit measures."""

    MONEY = "money"
    AREA = "area"
    LENGTH = "length"
    VOLUME = "volume"
    MASS = "mass"
    TIME = "time"
    POWER = "power"
    FLOW = "flow"
    COUNT = "count"
    SHARE = "share"


register_labels(
    {
        "unit_kind.money": N_("Money"),
        "unit_kind.area": N_("Area"),
        "unit_kind.length": N_("Length"),
        "unit_kind.volume": N_("Volume"),
        "unit_kind.mass": N_("Mass"),
        "unit_kind.time": N_("Time"),
        "unit_kind.power": N_("Power"),
        "unit_kind.flow": N_("Rate of flow"),
        "unit_kind.count": N_("Number of pieces"),
        "unit_kind.share": N_("Share"),
    }
)


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as the trade names it; `synonyms` are other spellings of the very same unit, of the same size."""

    name_zh: str
    name_en: str
    kind: UnitKind
    synonyms: tuple[str, ...] = ()


UNITS = (
    Unit("元", "yuan", UnitKind.MONEY, ("人民币元", "圆", "CNY", "RMB")),
    Unit("万元", "ten thousand yuan", UnitKind.MONEY, ("人民币万元",)),
    Unit("亿元", "hundred million yuan", UnitKind.MONEY, ("人民币亿元",)),
    Unit("平方米", "m²", UnitKind.AREA, ("㎡", "m2", "m²", "平米", "平方公尺", "平方")),
    Unit("平方公里", "km²", UnitKind.AREA, ("平方千米", "km2", "km²", "㎢")),
    Unit("公顷", "hectare", UnitKind.AREA, ("hm2", "hm²", "ha")),
    Unit("亩", "mu", UnitKind.AREA, ("市亩",)),
    Unit("米", "m", UnitKind.LENGTH, ("m", "公尺")),
    Unit("延米", "running metre", UnitKind.LENGTH, ("延长米",)),
    Unit("公里", "km", UnitKind.LENGTH, ("千米", "km")),
    Unit("立方米", "m³", UnitKind.VOLUME, ("m3", "m³", "立方", "方")),
    Unit("吨", "tonne", UnitKind.MASS, ("t", "公吨")),
    Unit("千克", "kg", UnitKind.MASS, ("公斤", "kg")),
    Unit("t/h", "t/h", UnitKind.FLOW, ("吨/小时", "吨/时")),
    Unit("千瓦", "kW", UnitKind.POWER, ("kW",)),
    Unit("兆瓦", "MW", UnitKind.POWER, ("MW",)),
    Unit("小时", "hour", UnitKind.TIME, ("h", "钟头")),
    Unit("天", "day", UnitKind.TIME, ("日",)),
    Unit("工日", "man-day", UnitKind.TIME, ("人日", "人天")),
    Unit("月", "month", UnitKind.TIME, ("个月",)),
    Unit("年", "year", UnitKind.TIME),
    Unit("项", "item", UnitKind.COUNT),
    Unit("个", "piece", UnitKind.COUNT),
    Unit("件", "case", UnitKind.COUNT),
    Unit("例", "instance", UnitKind.COUNT),
    Unit("具", "body", UnitKind.COUNT),
    Unit("点", "point", UnitKind.COUNT, ("检测点", "测点")),
    Unit("台", "unit", UnitKind.COUNT),
    Unit("套", "set", UnitKind.COUNT),
    Unit("组", "group", UnitKind.COUNT),
    Unit("份", "copy", UnitKind.COUNT),
    Unit("次", "time", UnitKind.COUNT),
    Unit("宗", "plot", UnitKind.COUNT),
    Unit("户", "household", UnitKind.COUNT),
    Unit("人", "person", UnitKind.COUNT),
    Unit("栋", "building", UnitKind.COUNT, ("幢",)),
    Unit("层", "storey", UnitKind.COUNT),
    Unit("孔", "borehole", UnitKind.COUNT, ("钻孔",)),
    Unit("样", "sample", UnitKind.COUNT, ("样品", "试样")),
    Unit("项目", "project", UnitKind.COUNT),
    Unit("标段", "section of tender", UnitKind.COUNT),
    Unit("车", "vehicle", UnitKind.COUNT, ("辆",)),
    Unit("%", "%", UnitKind.SHARE, ("百分比",)),
)
"""Sizes are never converted: 平方公里 is no synonym of 平方米."""


def _key(printed: str) -> str:
    return "".join(unicodedata.normalize("NFKC", printed).split()).casefold()


_KNOWN: Mapping[str, Unit] = {_key(name): one for one in UNITS for name in (one.name_zh, one.name_en, *one.synonyms)}


def known_unit(printed: str) -> Unit | None:
    """The unit that a document's spelling means, or None where it is not known here."""
    return _KNOWN.get(_key(printed))


def unit_name(printed: str, locale: str) -> str:
    """The unit for a reader of `locale`: as the document prints it in Chinese, the English name elsewhere if known."""
    found = None if locale.startswith("zh") else known_unit(printed)
    return found.name_en if found else printed


def same_unit(one: str, other: str) -> bool:
    """Whether two spellings mean the same unit."""
    known = known_unit(one)
    return _key(one) == _key(other) or (known is not None and known is known_unit(other))
