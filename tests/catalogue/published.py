"""The published schedules as tests see them, and an independent calculator that knows nothing of bands."""

import json
from decimal import Decimal
from fractions import Fraction
from importlib.resources import files
from itertools import pairwise
from typing import Any

from market.base.money import FEN_PER_UNIT, round_half_up
from market.catalogue.schedules import NormalSchedule, RefusedSchedule, read_schedules

TEXT = (files("market.catalogue") / "data" / "price_schedules.json").read_text(encoding="utf-8")
RAW: dict[str, dict[str, Any]] = {
    row["id"]: row for row in json.loads(TEXT, parse_float=Decimal, parse_int=Decimal)["schedules"]
}
READ = {one.id: one for one in read_schedules(TEXT)}


def schedule(name: str) -> NormalSchedule:
    found = READ[name]
    assert isinstance(found, NormalSchedule)
    return found


def read_one(**cells: Any) -> NormalSchedule | RefusedSchedule:
    """A schedule of plain values, sensible where the test says nothing."""
    row = {
        "id": "test",
        "title_zh": "试验",
        "document_no": "",
        "in_force": True,
        "method": "progressive",
        "unit": "万元",
        "base": "中标金额（万元）",
        "brackets": [{"from": 0, "to": 100, "rate_percent": 1}, {"from": 100, "to": None, "rate_percent": 0.5}],
        **cells,
    }
    (one,) = read_schedules(json.dumps({"schedules": [row]}))
    return one


def base_of_range_table(name: str, quantity: Fraction) -> int | None:
    """The base fee in fen of a progressive or interpolated schedule, from the published rows; None in a gap."""
    row = RAW[name]
    fen = FEN_PER_UNIT[row["unit"]]
    brackets = row["brackets"]
    if row["method"] == "progressive":
        fee = Fraction(0)
        for bracket in brackets:
            rate = Fraction(bracket.get("rate_percent", 0)) / 100 + Fraction(bracket.get("rate_permille", 0)) / 1000
            top = quantity if bracket["to"] is None else min(quantity, Fraction(bracket["to"]))
            fee += max(top - Fraction(bracket["from"]), Fraction(0)) * rate
        return round_half_up(fee * fen)
    if "x" in brackets[0]:
        pairs = [(Fraction(point["x"]), Fraction(point["y"])) for point in brackets]
        ends = [(*left, *right) for left, right in pairwise(pairs)]
    else:
        ends = [
            (Fraction(one["from"]), Fraction(one["fee_min"]), Fraction(one["to"]), Fraction(one["fee_max"]))
            for one in brackets
            if one["to"] is not None
        ]
    for x0, y0, x1, y1 in ends:
        if x0 <= quantity <= x1:
            return round_half_up((y0 + (quantity - x0) * (y1 - y0) / (x1 - x0)) * fen)
    if row.get("above_last") and quantity > ends[-1][2]:
        return round_half_up(quantity * Fraction(row["above_last"]["rate_percent"]) / 100 * fen)
    return None
