"""`flask list price`: the lawful price of a quantity, from a file of published schedules, without a database."""

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

import click
from flask.cli import ScriptInfo
from sqlalchemy.exc import OperationalError, ProgrammingError

from market.base.errors import BreaksRule, Refusal
from market.base.money import format_yuan, parse_decimal
from market.base.pricing import (
    COEFFICIENT_UNIT,
    SLAB,
    PricedItem,
    evaluate,
    find_band,
    gap_at,
    in_force,
    parse_coefficient,
    parse_quantity,
)
from market.base.words import N_, register_sentences
from market.catalogue.schedules import NormalSchedule, choose_item, find_schedule, read_schedules
from market.cli.list_answer import Wanted, about_price, without_price
from market.cli.listed_price import from_list
from market.cli.refusing import refuse

PUBLISHED = files("market.catalogue") / "data" / "price_schedules.json"
"""The product's own copy of the published schedules."""

_QUANTITY = "\0quantity\0"

register_sentences(
    {
        "price.code_or_schedule": N_("Name either a service code or a schedule, not both."),
        "price.no_database": N_(
            "The database has no list yet. Set the site up first, or name a file with --schedules."
        ),
        "price.schedule_needed": N_(
            "Name a service code, or a schedule with --schedule and its file with --schedules."
        ),
        "schedules.no_file": N_("The file {given} cannot be read: {why}. Check its name."),
    }
)


def price_from_schedules(path: str | None, schedule_id: str, wanted: Wanted) -> dict[str, Any]:
    """The price of what is wanted on a schedule of the file at `path` (None: the product's own copy), to be shown.

    Amounts are fen; they are None, and `reason` says why, where the document has no computable price. Refuses with
    `schedules.*`, `schedule.*` and `price.*`.
    """
    schedule = find_schedule(read_schedules(_read(path)), schedule_id)
    chosen = choose_item(schedule, wanted.item)
    in_force(chosen.name, (chosen.effective_from, chosen.effective_until), wanted.on)
    steps = parse_quantity(wanted.quantity, chosen.steps_per_unit)
    gap = gap_at(chosen, steps)
    if gap:
        answer = without_price(gap.reason, gap.facts)
    else:
        band = find_band(chosen.bands, steps, measure=chosen.measure)
        typed = wanted.coefficient
        product = parse_coefficient(typed, band, item=chosen) if typed is not None else COEFFICIENT_UNIT
        answer = about_price(evaluate(band, steps, product, item=chosen))
    return {**answer, **_about(schedule, chosen), "quantity": parse_decimal(wanted.quantity)}


def as_json(answer: Mapping[str, Any]) -> str:
    """The answer as one JSON object; the quantity is written exactly as the decimal it is, never as floating point."""
    number = answer["quantity"]
    written = str(int(number)) if number == int(number) else f"{number:f}"
    text = json.dumps({**answer, "quantity": _QUANTITY}, ensure_ascii=False)
    return text.replace(json.dumps(_QUANTITY), written)


def as_table(answer: Mapping[str, Any]) -> str:
    """The answer for a person at a terminal: what was asked, the three amounts, and the trace."""
    number: Decimal = answer["quantity"]
    rows = [
        ("schedule", f"{answer['schedule']}  {answer['document_no']}"),
        ("item", answer["item"]),
        ("status", answer["status"]),
        ("quantity", f"{number:f} {answer['unit']}"),
        *((name, _amount(answer[f"{name}_fen"])) for name in ("base", "floor", "ceiling")),
    ]
    lines = [f"{name:<9} {value}" for name, value in rows]
    lines += [f"{count:>3}. {step['text']}" for count, step in enumerate(answer["trace"], 1)]
    lines += [f"  * {remark}" for remark in answer["remarks"]]
    return "\n".join(lines)


@click.command("price")
@click.argument("code", required=False)
@click.option("--quantity", help="How much, in the unit of the schedule or service: 6000, 6,000.5")
@click.option("--schedules", "path", help="A file of published schedules (default: the product's own copy)")
@click.option("--schedule", "schedule_id", help="The id of a schedule in that file")
@click.option("--item", help="The item of a flat or per-unit schedule, or the fee item of a service")
@click.option("--coefficient", help="One of the lawful coefficients, for example 1.5")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="The day it is asked for, for example 2026-12-31")
@click.option("--json", "form", flag_value="json", help="Print one JSON object")
def price(code: str | None, form: str | None, **given: Any) -> None:
    """Print the lawful base, floor and ceiling price of a quantity, and how they come about."""
    try:
        answer = _answer(code, given)
    except Refusal as refusal:
        refuse(refusal)
        return
    click.echo(as_json(answer) if form == "json" else as_table(answer))


def _answer(code: str | None, given: Mapping[str, Any]) -> dict[str, Any]:
    schedule_id, quantity = given["schedule_id"], given["quantity"]
    if code is None and schedule_id is None:
        raise BreaksRule("price.schedule_needed")
    if code is not None and schedule_id is not None:
        raise BreaksRule("price.code_or_schedule")
    if quantity is None:
        raise BreaksRule("price.quantity_needed", unit="—")
    on = given["on"].date() if given["on"] else None
    wanted = Wanted(quantity, given["item"], given["coefficient"], on)
    return price_from_schedules(given["path"], schedule_id, wanted) if code is None else _from_list(code, wanted)


def _from_list(code: str, wanted: Wanted) -> dict[str, Any]:
    application = click.get_current_context().ensure_object(ScriptInfo).load_app()
    with application.app_context():
        try:
            return from_list(code, wanted)
        except (OperationalError, ProgrammingError) as error:
            raise BreaksRule("price.no_database") from error


def _read(path: str | None) -> str:
    try:
        return (Path(path) if path is not None else PUBLISHED).read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "it is not a text in UTF-8"
        raise BreaksRule(
            "schedules.no_file", given=str(path or PUBLISHED).encode("utf-8", "replace").decode(), why=why
        ) from None


def _about(schedule: NormalSchedule, item: PricedItem) -> dict[str, Any]:
    return {
        "status": schedule.status,
        "unit": item.unit,
        "schedule": schedule.id,
        "item": item.name,
        "mode": {"progressive": "block", SLAB: "slab"}.get(item.method),
        "rounding": item.bands[0].rounding if item.bands else None,
        "effective_from": _iso(item.effective_from),
        "effective_until": _iso(item.effective_until),
        "document_no": schedule.document_no,
        "remarks": list(schedule.remarks),
    }


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _amount(fen: int | None) -> str:
    return "—" if fen is None else format_yuan(fen)
