"""An agency's marked prices: what is in force, what can be marked, and the form that marks one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from market.agencies import actions, queries
from market.agencies.forms import MarkForm, mark_form
from market.agencies.models import Agency
from market.agencies.rules import WHOLE, AgencyState, Fixed, Mark, Percent, mark_of, mark_sentence, share_range
from market.agencies.views.blueprint import agencies
from market.agencies.views.rule_table import Example, examples, lines_of, rule_rows
from market.base import clock
from market.base.errors import BadState, NotFound, Refusal
from market.base.permissions import Permission
from market.base.pricing import Band as Line
from market.base.pricing.quantity import exact_decimal
from market.catalogue.listing import measure_of
from market.catalogue.models import Band, Entry, FeeItem
from market.catalogue.queries import edition_in_force, edition_in_force_or_none, entry_of, fee_items_of
from market.catalogue.rules import PriceState, Pricing
from market.store.transaction import transaction
from market.web import locale
from market.web.access import current_actor, needs
from market.web.labels import sentence
from market.web.paging import page_of, wanted


@agencies.get("/desk/offers")
@needs(Permission.AGENCY_OFFER_MARK)
def offers() -> ResponseReturnValue:
    """My marked prices in force, and the services of the list that I could mark."""
    mine = queries.agency_or_none(current_actor())
    edition = edition_in_force_or_none(clock.today())
    marked = queries.offers_of(mine.id) if mine else []
    taken = {row.entry_id for row in marked}
    text = request.args.get("q", "").strip()[:100]
    free = [one for one in (queries.markable_entries(edition.id) if edition else []) if one.id not in taken]
    found = [one for one in free if text.lower() in f"{one.code} {one.name_zh} {one.name_en}".lower()]
    page = page_of(len(found), wanted(request.args), lambda limit, offset: found[offset : offset + limit])
    rows = [
        (row, [_told(row.bands[item.id], item) for item in row.fee_items if item.id in row.bands]) for row in marked
    ]
    return MarkForm(MultiDict()).page(
        "agencies/offers.html",
        agency=mine,
        admitted=mine is not None and mine.state == AgencyState.ADMITTED,
        edition=edition,
        rows=rows,
        page=page,
        q=text,
    )


@agencies.route("/desk/offers/<code>", methods=["GET", "POST"])
@needs(Permission.AGENCY_OFFER_MARK)
def mark(code: str) -> ResponseReturnValue:
    """Mark my price for a service of the edition in force, or try what it comes to for a quantity."""
    actor = current_actor()
    desk = _MarkDesk.open(queries.agency_of(actor), code)
    form = desk.form()
    worked: list[Example] = []
    if form.validate_on_submit():
        try:
            if "try" in request.form:
                worked = desk.examples(form)
            else:
                with transaction(queries.agency_lock(actor)) as now:
                    entry = entry_of(code, edition_in_force(clock.china_date(now)))
                    marking = actions.Marking(entry, form.prices(), form.promised_days.data or 0)
                    actions.mark_price(queries.agency_of(actor), marking, actor=actor, now=now)
                flash(_("Your price is marked and public from now on."), "success")
                return redirect(url_for("agencies.offers"))
        except Refusal as refusal:
            form.refuse(refusal)
            desk = _MarkDesk.open(queries.agency_of(actor), code)
    return form.page("agencies/mark.html", entry=desk.entry, cards=desk.cards(form), worked=worked, offer=desk.offer)


@agencies.post("/desk/offers/<int:offer_id>/withdraw")
@needs(Permission.AGENCY_OFFER_MARK)
def withdraw(offer_id: int) -> ResponseReturnValue:
    """Take one of my marked prices back."""
    actor = current_actor()
    with transaction(queries.agency_lock(actor)) as now:
        offer = queries.offer_of(queries.agency_of(actor).id, offer_id)
        actions.withdraw_offer(offer, actor=actor, now=now)
    flash(_("The marked price is withdrawn. What was quoted on it stays."), "success")
    return redirect(url_for("agencies.offers"))


@dataclass
class _MarkDesk:
    """What the form that marks a price is made from."""

    agency: Agency
    entry: Entry
    items: Sequence[FeeItem]
    listed: Mapping[int, Sequence[Band]]
    references: Mapping[int, Sequence[Line]]
    offer: queries.OfferRow | None

    @classmethod
    def open(cls, agency: Agency, code: str) -> "_MarkDesk":
        """Read it all; refuses an agency that is not admitted, and a service that is not listed."""
        if agency.state != AgencyState.ADMITTED:
            raise BadState("offer.agency_not_admitted")
        entry = entry_of(code, edition_in_force(clock.today()))
        items = fee_items_of(entry.id)
        try:
            offer = queries.offer_in_force(agency.id, entry.id)
        except NotFound:
            offer = None
        return cls(agency, entry, items, queries.rule_bands(items), queries.reference_lines(entry, items), offer)

    def form(self) -> MarkForm:
        """The form, filled with the price in force."""
        filled: dict[str, Any] = {}
        if self.offer is not None:
            filled["promised_days"] = self.offer.promised_days
            for item in self.items:
                if item.id in self.offer.bands:
                    filled |= _typed(mark_of(lines_of(self.offer.bands[item.id]), item.steps_per_unit), item)
        elif limit := self.entry.time_limit_workdays or self.entry.time_limit_calendar_days:
            filled["promised_days"] = limit
        ranges = {item.id: self._range(item) for item in self.items if self.listed[item.id]}
        only = {item_id: int(low * WHOLE) for item_id, (low, high) in ranges.items() if low == high}
        return mark_form(self.items, self.references, only)(data=filled)

    def examples(self, form: MarkForm) -> list[Example]:
        """What the typed marks come to for the typed quantities."""
        marking = actions.Marking(self.entry, form.prices(), form.promised_days.data or 0)
        by_item: dict[int, list[Band]] = {}
        for band in actions.planned_bands(marking, self.agency.id):
            by_item.setdefault(band.fee_item_id, []).append(band)
        return examples(form, self.items, by_item)

    def _range(self, item: FeeItem) -> tuple[Fraction, Fraction]:
        return share_range(lines_of(self.listed[item.id]), is_set=item.pricing == Pricing.GOVERNMENT_SET)

    def cards(self, form: MarkForm) -> list[dict[str, Any]]:
        """One card per fee item: its rule as a table, its fields, and the share that is lawful."""
        return [self._card(form, item) for item in self.items]

    def _card(self, form: MarkForm, item: FeeItem) -> dict[str, Any]:
        lines = lines_of(self.listed[item.id]) if item.price_state == PriceState.LISTED else []
        reference = self.references.get(item.id, ())
        low = high = None
        if lines:
            low, high = (exact_decimal(part * 100) for part in self._range(item))
        parts = {what: form.part(what, item.id) for what in ("take", "base", "unit", "percent", "quantity")}
        rows = rule_rows(lines or reference, measure_of(item))
        if not lines:
            # What is lawful around a freed standard binds nobody any more.
            rows = [[quantity, standard, limits] for quantity, standard, _share, limits in rows]
        return {"item": item, "rows": rows, "reference": bool(reference), "low": low, "high": high, **parts}


def _typed(mark: Mark, item: FeeItem) -> dict[str, Any]:
    """What one would have typed to make the mark."""
    if isinstance(mark, Percent):
        return {f"take_{item.id}": True, f"percent_{item.id}": Decimal(mark.thousandths) / 10}
    if isinstance(mark, Fixed):
        return {f"base_{item.id}": mark.amount_fen}
    return {f"unit_{item.id}": mark.unit_fen, f"base_{item.id}": mark.base_fen or None}


def _told(bands: Sequence[Band], item: FeeItem) -> tuple[str, str]:
    code, facts = mark_sentence(
        mark_of(lines_of(bands), item.steps_per_unit), item.unit, listed=item.price_state == PriceState.LISTED
    )
    return item.name_en if locale.current() == "en" else item.name_zh, sentence(code, facts)
