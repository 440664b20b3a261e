"""What the cell `base` says: what the quantity is, and its unit, in the spellings documents use."""

import re

from market.base.money import FEN_PER_UNIT
from market.base.pricing.units import UnitKind, known_unit
from market.base.words import N_, register_sentences
from market.catalogue.schedules.cells import Place

_BRACKETED = re.compile(r"[（(]([^（）()]*)[）)]")
_BETWEEN = re.compile(r"[,，;；、:：\s]+")

register_sentences(
    {
        "schedule.unit_unknown": N_(
            "Schedule {schedule}, cell {cell}: the unit “{given}” is not known here. Use 元, 万元, 亿元, 元/台 or %."
        ),
        "schedule.units_several": N_(
            "Schedule {schedule}, cell {cell}: “{given}” names more than one unit of the quantity. State one."
        ),
    }
)


def read_base(place: Place, base: str) -> tuple[str, str]:
    """The name of the quantity and its unit as printed (empty: not stated).

    `总投资（不含土地费）（万元）` is in 万元, `计费额（万元，含设备费）` too: among texts in brackets the one that is a
    known unit says it, and what stands beside it stays with the name.

    Refuses `schedule.unit_unknown`, `schedule.units_several`.
    """
    printed = [found for found in _BRACKETED.finditer(base) if found.start()]
    if not printed:
        return _unbracketed(place, base)
    known = [(found, unit, beside) for found in printed for unit, beside in _known(found[1])]
    if len({unit for _, unit, _ in known}) > 1:
        raise place.refusal("schedule.units_several", base)
    if known:
        found, unit, beside = known[-1]
        remark = f"（{beside}）" if beside else ""
        return (base[: found.start()] + remark + base[found.end() :]).strip(), checked_unit(place, unit)
    return base[: printed[0].start()].strip(), checked_unit(place, printed[0][1].strip())


def checked_unit(place: Place, unit: str) -> str:
    """A unit of quantity; other spellings of 元, 万元 and 亿元 become these.

    Money in any other unit is refused (`schedule.unit_unknown`).
    """
    found = known_unit(unit)
    if found and found.kind == UnitKind.MONEY:
        return found.name_zh
    if unit.endswith("元") and unit not in FEN_PER_UNIT:
        raise place.refusal("schedule.unit_unknown", unit)
    return unit


def _known(bracketed: str) -> list[tuple[str, str]]:
    """The units among the parts of a text in brackets, each with what stands beside it."""
    plain = bracketed.strip().removeprefix("单位").lstrip(":：").strip()
    if known_unit(plain):
        return [(plain, "")]
    parts = [part for part in _BETWEEN.split(plain) if part]
    return [(part, "，".join(parts[:at] + parts[at + 1 :])) for at, part in enumerate(parts) if known_unit(part)]


def _unbracketed(place: Place, base: str) -> tuple[str, str]:
    """`标的额 万元` names its unit at its end, `平方米` is nothing but a unit; anything else states none."""
    parts = [part for part in _BETWEEN.split(base) if part]
    if not parts or not known_unit(parts[-1]):
        return base, ""
    if any(known_unit(part) for part in parts[:-1]):
        raise place.refusal("schedule.units_several", base)
    return (" ".join(parts[:-1]) or base), checked_unit(place, parts[-1])
