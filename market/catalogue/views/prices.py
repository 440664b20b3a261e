"""The price editor: an entry's schedule in a draft edition, shown as understood while it is typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from market.base.errors import Refusal
from market.base.money import FEN_PER_UNIT
from market.base.permissions import Permission
from market.base.pricing.units import UNITS
from market.catalogue import actions, queries
from market.catalogue.forms import (
    ALL_CELLS,
    CELLS,
    PriceForm,
    PriceKind,
    Source,
    Understood,
    cell_label,
    read_document,
    schedule_document,
    typed_from,
    understand,
)
from market.catalogue.models import Edition, Entry, PriceSchedule
from market.catalogue.queries.drafts import schedule_keys, tied_to
from market.catalogue.rules import ScheduleRole
from market.catalogue.views.blueprint import catalogue
from market.catalogue.views.price_preview import item_views
from market.store.transaction import transaction
from market.web.access import current_actor, needs
from market.web.labels import labels, said

NEW = "new"
FEE_UNITS = (*FEN_PER_UNIT, "%", "元/台")
BASE_UNITS = tuple(unit.name_zh for unit in UNITS)


@dataclass(frozen=True, slots=True)
class _Place:
    """The entry whose schedule is edited, with the schedule that was asked for (none: a new one)."""

    edition: Edition
    entry: Entry
    stored: Sequence[PriceSchedule]
    key: str

    @property
    def schedule(self) -> PriceSchedule | None:
        """The stored schedule that is edited."""
        return next((one for one in self.stored if one.key == self.key), None)

    def source(self, role: str) -> Source:
        """What the form has no field for."""
        kept = read_document(self.schedule.data) if self.schedule else {}
        printed = kept.get("in_force")
        in_force = True if role == ScheduleRole.IN_FORCE else None if printed is None and kept else False
        return Source(self.key, in_force, kept)


@catalogue.route("/<int:number>/entries/<code>/price", methods=["GET", "POST"])
@needs(Permission.CATALOGUE_EDITION_DRAFT)
def price(number: int, code: str) -> ResponseReturnValue:
    """The editor; its buttons show, add or remove a row, and save."""
    place = _place(number, code)
    if request.method == "GET":
        return _page(place, _stored_form(place))
    form, act = PriceForm(), request.form.get("do", "save")
    if act == "add" or act.startswith("remove-"):
        return _page(place, _with_rows(form, act))
    if act == "show" or not form.validate():
        return _page(place, form)
    return _save(place, form)


@catalogue.route("/<int:number>/entries/<code>/price/preview", methods=["POST"])
@needs(Permission.CATALOGUE_EDITION_DRAFT)
def price_preview(number: int, code: str) -> ResponseReturnValue:
    """What the register understands of the form, alone; nothing is written."""
    place, form = _place(number, code), PriceForm()
    return render_template("catalogue/price_preview.html", **_understood(place, form))


@catalogue.route("/<int:number>/entries/<code>/price/untie", methods=["POST"])
@needs(Permission.CATALOGUE_EDITION_DRAFT)
def drop_price(number: int, code: str) -> ResponseReturnValue:
    """Untie a schedule from the entry."""
    place = _place(number, code)
    given = actions.GivenSchedule(
        code, {"id": place.key}, ScheduleRole.REFERENCE, _version(request.form.get("row_version"))
    )
    with transaction(select(Edition).where(Edition.number == number)) as now:
        actions.drop_schedule(queries.edition_numbered(number), given, actor=current_actor(), now=now)
    flash(_("The schedule no longer prices this service in the draft."), "success")
    return redirect(url_for("catalogue.price", number=number, code=code))


def _version(typed: str | None) -> int:
    return int(typed) if typed and typed.isdecimal() and len(typed) < 10 else 0


def _place(number: int, code: str) -> _Place:
    edition = queries.edition_numbered(number)
    actions.require_draft(edition)
    entry = queries.entry_of(code, edition)
    stored = queries.schedules_of(entry.id)
    asked = request.args.get("schedule", "")
    known = [one.key for one in stored]
    if asked in known or (asked != NEW and known):
        return _Place(edition, entry, stored, asked if asked in known else known[0])
    taken = schedule_keys(edition)
    free = next(key for n in range(1, len(taken) + 2) if (key := f"{code.lower()}-{n}") not in taken)
    return _Place(edition, entry, stored, free)


def _stored_form(place: _Place) -> PriceForm:
    bound = place.entry.pricing in actions.BINDING
    role = place.schedule.role if place.schedule else ScheduleRole.IN_FORCE if bound else ScheduleRole.REFERENCE
    ground = {"row_version": str(place.edition.row_version), "role": role}
    if place.schedule is None:
        new = {"title": place.entry.name_zh, "document_no": "", "fee_unit": "元", "base_unit": place.entry.unit}
        return PriceForm(formdata=None, data={**ground, **new, "brackets": [{}]})
    head, rows = typed_from(read_document(place.schedule.data))
    return PriceForm(formdata=None, data={**ground, **head, "brackets": rows})


def _with_rows(form: PriceForm, act: str) -> PriceForm:
    rows = {row.id: row.form.typed() for row in form.brackets}
    if act == "add":
        last = list(rows.values())[-1]
        return form.with_rows([*rows.values(), {"low": last["high"], "rate_kind": last["rate_kind"]}])
    rows.pop(act.removeprefix("remove-"), None)
    return form.with_rows(list(rows.values()))


def _save(place: _Place, form: PriceForm) -> ResponseReturnValue:
    typed = form.typed()
    document = schedule_document(typed, place.source(form.role.data))
    if understand(document, typed).problems:
        form.form_errors.append(_("The schedule has problems; they are named beside it and at their cells."))
        return _page(place, form)
    version = _version(form.row_version.data)
    given = actions.GivenSchedule(place.entry.code, document, ScheduleRole(form.role.data), version)
    number = place.edition.number
    try:
        with transaction(select(Edition).where(Edition.number == number)) as now:
            actions.set_schedule(queries.edition_numbered(number), given, actor=current_actor(), now=now)
    except Refusal as refusal:
        form.refuse(refusal)
        place = _place(number, given.code)
        # The next save is for the draft as it is now: who reads the refusal has been told.
        form.row_version.data = str(place.edition.row_version)
        return _page(place, form)
    flash(_("The schedule is saved in the draft."), "success")
    return redirect(url_for("catalogue.price", number=number, code=given.code, schedule=document["id"]))


def _understood(place: _Place, form: PriceForm) -> dict[str, Any]:
    typed = form.typed()
    if _blank(form):
        return {"problems": [], "items": [], "wrong": {}, "example": "", "whole": False, "blank": True}
    understood = understand(schedule_document(typed, place.source(form.role.data)), typed)
    told = [{"field": one.field, "told": said(one.refusal)} for one in understood.problems]
    wrong: dict[str, str] = {}
    for one in told:
        wrong[one["field"]] = f"{wrong.get(one['field'], '')} {one['told']}".strip()
    example = form.example.data or ""
    return {
        "problems": told,
        "wrong": wrong,
        "items": item_views(understood, example),
        "whole": _whole(understood),
        "example": example,
        "blank": False,
    }


def _blank(form: PriceForm) -> bool:
    return not form.typed().rows and not form.base_name.data


def _whole(understood: Understood) -> bool:
    return understood.schedule is not None and not any(item.gaps for item in understood.schedule.items.values())


def _page(place: _Place, form: PriceForm) -> ResponseReturnValue:
    shown = form.typed().kind
    heads = {kind.value: _heads(kind, labels()) for kind in PriceKind}
    values = _understood(place, form)
    for name, errors in form.errors.items():
        if name and name != "brackets":
            values["wrong"][name] = " ".join([*errors, values["wrong"].get(name, "")]).strip()
    return form.page(
        "catalogue/price.html",
        edition=place.edition,
        entry=place.entry,
        stored=place.stored,
        key=place.key,
        fresh=place.schedule is None,
        others="、".join(_others(place)),
        cells=ALL_CELLS,
        shown=heads[shown],
        heads=heads,
        fee_units=FEE_UNITS,
        base_units=BASE_UNITS,
        words={"remove": _("Remove row")},
        **values,
    )


def _others(place: _Place) -> list[str]:
    """The other entries of the draft that the same schedule prices."""
    tied = tied_to(place.edition, place.key) if place.schedule else []
    return [f"{one.code} {one.name_zh}" for one in tied if one.id != place.entry.id]


def _heads(kind: PriceKind, words: Mapping[str, str]) -> dict[str, str]:
    return {cell: words[cell_label(kind, cell)] for cell in CELLS[kind]}
