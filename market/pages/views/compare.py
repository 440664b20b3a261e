"""Every marked price of one service for my quantity, region and day, side by side; the same rows as files."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from urllib.parse import urlencode

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import Select

from market.base import clock
from market.base.errors import BreaksRule, NotFound
from market.base.pricing import open_end, outside
from market.base.sheets.values import protected
from market.base.sheets.writing import Pages
from market.catalogue.listing import Ask, line_of, measure_of, price
from market.catalogue.rules import Payer
from market.pages import calculator
from market.pages.calculator import Line, Spread
from market.pages.cards import in_words
from market.pages.comparing_offers import (
    NO_FIGURES,
    Compared,
    Figures,
    Sort,
    Wish,
    compared,
    kept,
    narrowed,
    ordered,
    wish,
)
from market.pages.queries import compare as queries
from market.pages.queries import item as items
from market.pages.queries.compare import Marked, Place, Scope
from market.pages.queries.item import ItemFacts
from market.pages.robust import FEWEST
from market.pages.views.blueprint import pages, remember
from market.pages.views.item_shared import address_of, choose_path, for_quantity, gone
from market.ratings.queries import summaries
from market.web.access import public
from market.web.labels import labels, said
from market.web.paging import page_of, wanted

_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, slots=True)
class Table:
    """All that answers the address, before any row is left out: the prices for the quantities, the lowest first."""

    facts: ItemFacts
    lines: Sequence[Line]
    wished: Wish
    places: Sequence[Place]
    scope: Scope
    marks: Sequence[Marked] = ()
    spread: Spread | None = None

    @property
    def payer(self) -> Payer:
        """Who pays for the service."""
        return Payer(self.facts.entry.payer)

    @property
    def asked(self) -> list[Line]:
        """The fee items with a quantity that the list does not refuse."""
        return [line for line in self.lines if line.quantity is not None and not line.refusal]

    @property
    def refused(self) -> list[Line]:
        """The fee items whose quantity has no price or cannot be read."""
        return [line for line in self.lines if line.refusal]

    def asks(self) -> list[Ask]:
        """What is asked of every agency."""
        return calculator.asks(self.lines, self.payer)


@pages.get("/list/<code>/offers")
@public
def compare(code: str) -> ResponseReturnValue:
    """The comparison; quantities, region, day, filters and order are in the address, to be sent to somebody."""
    try:
        table = _table(code)
    except NotFound:
        return gone(code)
    facts, wished = table.facts, table.wished
    remember(facts.edition)
    figures = _figures(table, queries.marking(facts.entry.id)) if wished.needs_figures else NO_FIGURES
    found = ordered(kept(table.marks, wished, figures), wished, figures, table.spread)
    page = page_of(len(found), wanted(request.args), lambda limit, offset: found[offset : offset + limit])
    shown = _rows(table, page.items, figures)
    return render_template(
        "pages/compare.html",
        facts=facts,
        entry=facts.entry,
        name=in_words(facts.entry.name_zh, facts.entry.name_en),
        lines=table.lines,
        asked=table.asked,
        quantity=for_quantity(table.asked),
        problems={line.name: said(line.refusal) for line in table.refused if line.refusal},
        refusals={name: _said(wished.refusals.get(name)) for name in wished.typed},
        limits=_limits(table) if table.refused else [],
        wished=wished,
        regions=[(one.code, in_words(one.name_zh, one.name_en)) for one in table.places],
        total=len(table.marks),
        page=page,
        rows=shown,
        why=_why(table, shown),
        traces={row.offer.offer_id: _trace(table, row) for row in shown},
        spread=table.spread,
        few=FEWEST,
        sorts=[(one, _address(table, sort=one), one == wished.sort) for one in Sort],
        bare=_address(replace(table, wished=replace(wished, grade="", within=None, room=False))),
        downloads=[
            (kind, url_for("pages.compared_file", code=facts.entry.code, kind=kind) + _address(table))
            for kind in _TYPES
        ],
        choose=_choose(table),
        address=address_of(table.lines, table.wished.region),
        today=clock.today(),
        coming=facts.edition.effective_from > clock.today(),
    )


@pages.get("/list/<code>/offers.<kind>")
@public
def compared_file(code: str, kind: str) -> ResponseReturnValue:
    """The whole table in the order and with the filters of the address, as CSV or xlsx; no cell is a formula."""
    if kind not in _TYPES:
        raise NotFound("service.not_listed", service=code[:40])
    table = _table(code)
    for refusal in (*(line.refusal for line in table.refused), *table.wished.refusals.values()):
        if refusal:
            raise refusal
    figures = _figures(table, queries.marking(table.facts.entry.id))
    found = ordered(kept(table.marks, table.wished, figures), table.wished, figures, table.spread)
    head, cells = _cells(table, compared(found, queries.offers_at(table.scope), figures, table.spread))
    answer = Response(_FILES[kind](head, cells), content_type=_TYPES[kind])
    answer.headers["Content-Disposition"] = f'attachment; filename="offers-{table.facts.entry.code}.{kind}"'
    return answer


def _table(code: str) -> Table:
    today = clock.today()
    wished = wish(request.args, today)
    facts = items.item_facts(code, wished.on)
    places = queries.places(facts.entry.id)
    wished = narrowed(wished, {one.code for one in places})
    payer = Payer(facts.entry.payer)
    lines = calculator.lines(items.priced_items(facts.entry.id), request.args, {})
    calculator.work_out(lines, facts.schedules, payer)
    moment = clock.now() if wished.on == today else clock.end_of_day(wished.on - timedelta(days=1))
    scope = Scope(facts.entry.id, wished.region, moment, wished.needs_grades)
    table = Table(facts, lines, wished, places, scope)
    if table.refused:
        return table
    marks = queries.marks_at(scope, table.asks())
    return replace(table, marks=marks, spread=calculator.spread_of(queries.totals(marks)))


def _figures(table: Table, agencies: Sequence[int] | Select[int]) -> Figures:
    return Figures(summaries(agencies), queries.jobs_of(table.facts.entry.service_id, agencies, clock.now()))


def _rows(table: Table, marks: Sequence[Marked], figures: Figures) -> list[Compared]:
    """The rows of a page: only of these is everything read."""
    if not marks:
        return []
    if not table.wished.needs_figures:
        figures = _figures(table, [one.agency_id for one in marks])
    return compared(marks, queries.offers_by_id([one.offer_id for one in marks]), figures, table.spread)


def _limits(table: Table) -> list[dict[str, object]]:
    """Between which quantities the agencies' prices reach, for each fee item that was refused and that they mark."""
    bands = queries.reach_at(table.scope, [line.item.id for line in table.refused])
    found = []
    for line in table.refused:
        if mine := bands.get(line.item.id):
            limit = outside([(band.q_from, band.q_to) for band in mine], measure_of(line.item)).facts
            found.append({**limit, "open": open_end(line_of(mine[-1])) == mine[-1].q_to})
    return found


def _why(table: Table, rows: Sequence[Compared]) -> dict[int, str]:
    """Why a price is missing, with the limits of that agency's own price."""
    without = [row.offer for row in rows if row.total_fen is None]
    again = calculator.compare(without, table.lines, table.payer)
    return {one.offer.offer_id: _said(one.refusal) for one in again}


def _said(refusal: BreaksRule | None) -> str:
    return said(refusal) if refusal else ""


def _trace(table: Table, row: Compared) -> list[str]:
    """How the price came about, step by step, for every fee item asked."""
    if row.total_fen is None:
        return []
    steps = []
    for ask in table.asks():
        item = ask.fee_item
        listed = price(ask, row.offer.bands[item.id])
        told = [step.text(_) for step in listed.trace(calculator.priced_item(item, table.facts.schedules))]
        steps += [f"{item.name_zh}: {text}" for text in told] if len(table.asked) > 1 else told
    return steps


def _address(table: Table, *, sort: Sort | None = None) -> str:
    """The address of the first page of the same wish, in another order where one is given."""
    wished = table.wished
    order = sort or wished.sort
    given = [
        ("region", wished.region),
        ("on", wished.on.isoformat() if wished.on != clock.today() else ""),
        ("grade", wished.grade),
        ("within", str(wished.within or "")),
        ("room", "1" if wished.room else ""),
        ("sort", order if order != Sort.PRICE else ""),
    ]
    told = urlencode([(name, value) for name, value in given if value])
    quantities = address_of(table.lines)
    return quantities + ("&" if quantities else "?") + told if told else quantities


def _choose(table: Table) -> str:
    """Where a buyer goes on, for the same region; nowhere from another day's prices, which no request asks."""
    here = table.wished.on == clock.today() and not table.refused
    return choose_path(table.facts, table.lines, table.wished.region) if here else ""


Cell = str | int | Decimal | None


def _cells(table: Table, rows: Sequence[Compared]) -> tuple[list[str], list[list[Cell]]]:
    """The heading and the lines of a file, one for each row."""
    names = {one.code: in_words(one.name_zh, one.name_en) for one in table.places}
    head = [
        _("Agency"), _("Reference"), _("Region"), _("Marked price (yuan)"), _("Per cent above the median"),
        _("Working days promised"), _("Working days really taken (mean)"), _("Jobs of the past year"), _("Rating"),
        _("Rating from"), _("Rating to"), _("Ratings"), _("Grade"), _("Jobs running"), _("Jobs at once"),
        _("Version of the price"), _("How the price comes about"),
    ]  # fmt: skip
    why = _why(table, rows)
    return head, [_line(row, names, " | ".join(_trace(table, row)) or why.get(row.offer.offer_id, "")) for row in rows]


def _line(row: Compared, names: Mapping[str, str], how: str) -> list[Cell]:
    offer, rating, total = row.offer, row.rating, row.total_fen
    return [
        offer.agency_name, offer.agency_ref, names.get(offer.region_code, offer.region_code) or _("The whole area"),
        None if total is None else _hundredths(total), row.against, offer.promised_days,
        _milli(row.days.actual_milli) if row.days else None, row.days.n if row.days else 0,
        _milli(rating.mean_milli), _milli(rating.low_milli), _milli(rating.high_milli), rating.n,
        labels().get(f"grade.{offer.grade}", offer.grade or "") if offer.grade else "", row.jobs.running,
        offer.capacity, offer.version, how,
    ]  # fmt: skip


def _hundredths(fen: int) -> Decimal:
    return Decimal(fen).scaleb(-2)


def _milli(value: int | None) -> Decimal | None:
    return None if value is None else Decimal((value + 5) // 10).scaleb(-2)


def _csv(head: Sequence[str], lines: Sequence[Sequence[Cell]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([protected(one) for one in head])
    # A figure is written as it is: a minus before digits is no formula.
    writer.writerows([protected(cell) if isinstance(cell, str) else cell for cell in line] for line in lines)
    return text.getvalue().encode("utf-8-sig")


def _xlsx(head: Sequence[str], lines: Sequence[Sequence[Cell]]) -> bytes:
    book = Pages(_("Marked prices"), clock.now())
    book.sheet(_("Marked prices"), head, lines).set_column(0, len(head) - 1, 16)
    return book.content()


_FILES = {"csv": _csv, "xlsx": _xlsx}
