"""Evaluating a price without the database, beside the same sum done by hand in decimals.

The peer is what a clerk's program would do: `decimal.Decimal` line by line over the printed brackets, rounded half up,
times coefficient and float. Ours also finds the band, checks the closed set, and keeps what a trace needs.
"""

import json
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from time import perf_counter

from bench.lines import told
from market.base.pricing import price_at
from market.catalogue.schedules import NormalSchedule, read_schedules

MICROSECONDS = 50.0
RATIO = 1.5
ROUNDS = 20_000
BEST_OF = 5

_BRACKETS = ((0, 100, "1.0"), (100, 500, "0.7"), (500, 1000, "0.55"), (1000, 5000, "0.35"), (5000, None, "0.2"))
_ROW = {
    "id": "works", "title_zh": "x", "in_force": True, "method": "progressive", "unit": "万元", "base": "中标金额（万元）",
    "float_range": "±20%", "minimum_fee": 0.03,
    "brackets": [{"from": low, "to": high, "rate_percent": float(rate)} for low, high, rate in _BRACKETS],
}  # fmt: skip
_FEN = Decimal(1_000_000)


def main() -> int:
    """Measure; 1 when a limit was missed."""
    schedule = read_schedules(json.dumps({"schedules": [_ROW]}))[0]
    assert isinstance(schedule, NormalSchedule)
    item = schedule.items["x"]
    steps = [(7 * k % 100_000 + 1) * 1_000_003 for k in range(ROUNDS)]
    numbers = [Decimal(q) / _FEN for q in steps]
    for q, number in zip(steps[:500], numbers, strict=False):
        price = price_at(item, q)
        assert (price.floor_fen, price.ceiling_fen) == _by_hand(number)
    ours = _microseconds(lambda: [price_at(item, q) for q in steps])
    peer = _microseconds(lambda: [_by_hand(number) for number in numbers])
    slow = ours > MICROSECONDS
    print(f"one price: {ours:.2f} µs limit {MICROSECONDS:.0f} µs {'MISSED' if slow else 'ok'} (by hand: {peer:.2f} µs)")
    return int(slow | told("one price against the same sum in decimals", ours / peer, RATIO))


def _microseconds(work: Callable[[], object]) -> float:
    """The best of several runs, for one evaluation."""
    best = float("inf")
    for _ in range(BEST_OF):
        begun = perf_counter()
        work()
        best = min(best, perf_counter() - begun)
    return best / ROUNDS * 1e6


def _by_hand(quantity: Decimal) -> tuple[int, int]:
    base = Decimal(0)
    for low, high, rate in _BRACKETS:
        if quantity > low:
            top = quantity if high is None else min(quantity, Decimal(high))
            base += (top - low) * Decimal(rate) / 100
    fen = (base * _FEN).quantize(Decimal(1), ROUND_HALF_UP)
    ends = ((fen * share).quantize(Decimal(1), ROUND_HALF_UP) for share in (Decimal("0.8"), Decimal("1.2")))
    floor, ceiling = (int(max(end, Decimal(30_000))) for end in ends)
    return floor, ceiling


if __name__ == "__main__":
    raise SystemExit(main())
