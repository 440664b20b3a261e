"""An agency's own schedule (own bands): the rows it types, the bands they make, and the rows read back from bands."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from market.base.errors import BreaksRule
from market.base.money import MAX_FEN
from market.base.pricing import Band, closed, floated, open_end
from market.base.words import N_, register_labels, register_sentences

MOST_STEPS = 40


class Counting(StrEnum):
    """What a row's amount for each unit is counted on."""

    WHOLE = "whole"
    PART = "part"


@dataclass(frozen=True, slots=True)
class Step:
    """One row: up to `up_to` quantity steps (None: no end), `base_fen`, and `unit_fen` for each unit."""

    up_to: int | None
    base_fen: int
    unit_fen: int


@dataclass(frozen=True, slots=True)
class Schedule:
    """Rows in order of quantity, without a gap: each begins where the one before it ends.

    `whole`: in a row's interval the price is its basic amount and its rate for the whole quantity. `part`: rates are
    for the part of the quantity inside each row, and a row's basic amount is added once when the row is reached.
    """

    steps: tuple[Step, ...]
    counting: Counting = Counting.WHOLE


def schedule_lines(schedule: Schedule, steps_per_unit: int, *, payer: str) -> list[Band]:
    """The bands of an own schedule: floor 0, and the marked price is the ceiling of every later fee.

    Refuses `offer.steps_needed`, `offer.steps_too_many`, `offer.steps_order`, `offer.amount_range`,
    `offer.joint_not_whole` and `price.band_overflows`.
    """
    _check(schedule)
    lines: list[Band] = []
    start, reached = 0, Fraction(0)
    for number, step in enumerate(schedule.steps, 1):
        slope = Fraction(step.unit_fen, steps_per_unit)
        parted = schedule.counting == Counting.PART
        reached = reached + step.base_fen if parted else Fraction(step.base_fen)
        if reached.denominator != 1:
            raise BreaksRule("offer.joint_not_whole", row=number)
        if reached > MAX_FEN:
            raise BreaksRule("offer.amount_range")
        line = Band(
            payer=payer, q_from=start, q0=start if parted else 0, y0=int(reached),
            slope_num=slope.numerator, slope_den=slope.denominator,
        )  # fmt: skip
        lines.append(closed(floated(line, Fraction(0), Fraction(1)), step.up_to))
        if step.up_to is not None:
            reached += slope * (step.up_to - start)
            start = step.up_to
    return lines


def schedule_of(lines: Sequence[Band], steps_per_unit: int) -> Schedule | None:
    """The schedule whose rows make exactly these bands, or None when no own schedule does."""
    for counting in Counting:
        steps = _steps(lines, steps_per_unit, counting)
        if steps is None:
            continue
        schedule = Schedule(steps, counting)
        try:
            again = schedule_lines(schedule, steps_per_unit, payer=lines[0].payer)
        except BreaksRule:
            continue
        if [_figures(line) for line in again] == [_figures(line) for line in lines]:
            return schedule
    return None


def _check(schedule: Schedule) -> None:
    steps = schedule.steps
    if not steps:
        raise BreaksRule("offer.steps_needed")
    if len(steps) > MOST_STEPS:
        raise BreaksRule("offer.steps_too_many", most=MOST_STEPS)
    ends = [step.up_to for step in steps]
    for number, (before, after) in enumerate(itertools.pairwise([0, *ends]), 1):
        if before is None or (after is not None and after <= before):
            raise BreaksRule("offer.steps_order", row=number)
    if any(not 0 <= amount <= MAX_FEN for step in steps for amount in (step.base_fen, step.unit_fen)):
        raise BreaksRule("offer.amount_range")


def _steps(lines: Sequence[Band], steps_per_unit: int, counting: Counting) -> tuple[Step, ...] | None:
    found: list[Step] = []
    reached = Fraction(0)
    for number, line in enumerate(lines, 1):
        unit = line.slope * steps_per_unit
        base = line.y0 - reached if counting == Counting.PART else Fraction(line.y0)
        if unit.denominator != 1 or base.denominator != 1 or base < 0:
            return None
        is_open = number == len(lines) and line.q_to == open_end(line)
        found.append(Step(None if is_open else line.q_to, int(base), int(unit)))
        reached = line.y0 + line.slope * (line.q_to - line.q_from)
    return tuple(found)


def _figures(line: Band) -> tuple[object, ...]:
    # An old share may be written with a wider fraction; only what it comes to counts.
    low, high = Fraction(line.float_low, line.float_den), Fraction(line.float_high, line.float_den)
    limits = (line.min_fen, line.max_fen)
    return (line.q_from, line.q_to, line.q0 if line.slope_num else 0, line.y0, line.slope, low, high, limits)


register_labels(
    {
        "counting.whole": N_("The rate of a row is for the whole quantity"),
        "counting.part": N_("The rate of a row is for the part of the quantity inside it"),
    }
)
register_sentences(
    {
        "offer.steps_needed": N_("Fill at least the first row of the schedule."),
        "offer.steps_too_many": N_("A schedule may have at most {most} rows."),
        "offer.steps_order": N_(
            "Row {row}: each row must end above the one before it, and only the last row may be left open."
        ),
        "offer.joint_not_whole": N_(
            "Row {row} does not begin at a whole fen. Let the row before it end at another quantity."
        ),
    }
)
