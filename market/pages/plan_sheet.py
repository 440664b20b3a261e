"""What the PDF of a kept plan says, as plain data in the reader's language."""

from collections.abc import Sequence
from datetime import date
from io import BytesIO
from typing import Any

import segno
from flask_babel import gettext as _
from flask_babel import ngettext

from market.base.money import capital, format_yuan
from market.catalogue.needs import Group
from market.pages.cards import in_words
from market.pages.navigator import NeedShown, Result
from market.pages.planning import Cost, Planned
from market.pages.queries.editions import EditionFacts
from market.web import locale
from market.web.filters import day
from market.web.labels import labels


def sheet(titles: tuple[str, str], result: Result, planned: Planned, edition: EditionFacts) -> dict[str, Any]:
    """The data of `plan.typ`; `titles` are the plan's title and the address of its link."""
    title, address = titles
    days = _("{days} working days")
    code = BytesIO()
    segno.make(address, error="m", micro=False).save(code, kind="svg", xmldecl=False, border=0)
    return {
        "lang": "en" if locale.current() == "en" else "zh",
        "title": title,
        "site": _("Intermediary Service Supermarket"),
        "lead": _(
            "As of edition %(number)s of the list, kept on %(day)s.", number=edition.number, day=day(planned.begins)
        ),
        "date": _parts(planned.begins),
        "address": address,
        "qr": code.getvalue().decode(),
        "footer": f"{title} · {address}",
        "answered": [],
        "sums": _sums(planned, days),
        "lanes": [
            {
                "name": lane.step.name,
                "start": lane.start_milli,
                "length": lane.length_milli,
                "kind": lane.kind,
                "text": days.format(days=lane.step.days) + (" ◆" if lane.step.row.critical else ""),
            }
            for lane in planned.lanes
        ],
        "notes": _notes(planned),
        "groups": [_group(group, rows) for group, rows in result.groups.items() if rows],
        "words": {
            "time_line": _("Time line"),
            "law_title": _("Nobody may ask you for anything else"),
            "law": _(
                "This follows edition %(number)s of the list, in force since %(day)s. For these acts no department,"
                " window or agency may ask you for any other intermediary report.",
                number=edition.number,
                day=day(edition.effective_from),
            ),
        },
    }


def _parts(on: date) -> list[int]:
    return [on.year, on.month, on.day]


def _span(low: int, high: int) -> str:
    if low == high:
        return format_yuan(low)
    return _("{low} to {high}").format(low=format_yuan(low), high=format_yuan(high))


def _sums(planned: Planned, days: str) -> list[dict[str, Any]]:
    made = [_sum(_("What you must buy costs"), planned.must)]
    if planned.own.count or planned.own.unknown:
        made.append(_sum(_("¥0 if you do it yourself; bought, it costs"), planned.own))
    lines = [days.format(days=planned.timeline.days), _("begun on %(day)s", day=day(planned.begins))]
    return [*made, {"label": _("Earliest end"), "sum": day(planned.timeline.last_day), "lines": lines, "band": False}]


def _sum(label: str, cost: Cost) -> dict[str, Any]:
    lines = []
    if cost.count:
        lines.append(_("At most, in capitals: %(words)s", words=capital(cost.high)))
    if cost.examples:
        lines.append(ngettext("%(num)d with an example quantity", "%(num)d with example quantities", cost.examples))
    if cost.unknown:
        words = ngettext("%(num)d more without a price", "%(num)d more without a price", len(cost.unknown))
        lines.append(words)
    known = cost.count or not cost.unknown
    return {"label": label, "sum": _span(cost.low, cost.high) if known else "—", "lines": lines, "band": True}


def _notes(planned: Planned) -> list[str]:
    notes = [
        _(
            "◆ decides the last day. Services begin at once and side by side; an act begins when its services and the"
            " acts before it have ended. Red: must be bought; green: you may do it yourself; grey: paid by government;"
            " blue: the authority's own act."
        )
    ]
    if planned.timeline.provisional:
        notes.append(_("The plan runs into a year whose holidays are not announced yet; its dates are provisional."))
    return notes


def _group(group: Group, rows: Sequence[NeedShown]) -> dict[str, Any]:
    words = labels()
    example, given = _("{quantity} {unit}, an example"), _("{quantity} {unit}")
    few, unpublished = _("none"), _("not published")
    few_marked = words["plan.few"]
    head = [_("Service"), _("Quantity"), _("The list allows"), _("Marked prices")]

    def row(one: NeedShown) -> dict[str, str]:
        asked = [
            (example if fee.example else given).format(quantity=fee.typed, unit=fee.unit)
            for fee in one.fees
            if fee.typed
        ]
        listed = _span(*one.listed) if one.listed else unpublished
        marked = _span(*one.marked) if one.marked else few
        if one.few:
            marked = few_marked.format(n=one.marks.n, price=_span(*one.few))
        if group in (Group.GOVERNMENT, Group.NOT_NEEDED):
            listed, marked = ("¥0" if group == Group.GOVERNMENT else "—"), "—"
        return {
            "name": in_words(one.entry.entry.name_zh, one.entry.entry.name_en),
            "note": f"{one.code} · {in_words(one.act.name_zh, one.act.name_en)}",
            "quantity": "; ".join(asked) or "—",
            "listed": listed,
            "marked": marked,
        }

    return {"title": words[f"need.{group}"], "head": head, "rows": [row(one) for one in rows]}
