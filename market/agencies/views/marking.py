"""The page that marks a price: its form, what it comes to while somebody types, and two versions side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from market.agencies import actions, queries
from market.agencies.forms import MarkForm, Seen, mark_form
from market.agencies.models import Agency, Offer
from market.agencies.rules import (
    WHOLE,
    AgencyState,
    ByBand,
    Fixed,
    Mark,
    Percent,
    Schedule,
    mark_of,
    share_range,
)
from market.agencies.views.blueprint import agencies
from market.agencies.views.rule_table import Example, examples, lines_of, rule_rows
from market.agencies.views.told import told_band, told_mark
from market.base import clock
from market.base.errors import BadState, BreaksRule, Refusal
from market.base.permissions import Permission
from market.base.pricing import Band as Line
from market.base.pricing.quantity import exact_decimal
from market.catalogue.listing import item_of, measure_of
from market.catalogue.models import Band, Entry, FeeItem
from market.catalogue.queries import edition_in_force, entry_of, fee_items_of
from market.catalogue.rules import PriceState, Pricing
from market.store.transaction import transaction
from market.web import locale
from market.web.access import current_actor, needs
from market.web.curve import Chart, curve_of
from market.web.labels import said


@agencies.route("/desk/offers/<code>", methods=["GET", "POST"])
@needs(Permission.AGENCY_OFFER_MARK)
def mark(code: str) -> ResponseReturnValue:
    """Mark my price for a service of the edition in force, or try what it comes to for a quantity."""
    actor = current_actor()
    desk = _MarkDesk.open(queries.agency_of(actor), code)
    form = desk.form()
    if form.is_submitted() and request.form.get("do"):
        form.change_rows(request.form["do"])
        return _page(desk, form)
    if not form.validate_on_submit():
        return _page(desk, form)
    if "try" in request.form:
        return _page(desk, form)
    try:
        with transaction(queries.agency_lock(actor)) as now:
            marking = replace(desk.marking(form), entry=entry_of(code, edition_in_force(clock.china_date(now))))
            actions.mark_price(queries.agency_of(actor), marking, actor=actor, now=now)
        flash(_("Your price is marked and public from now on."), "success")
        return redirect(url_for("agencies.offers"))
    except Refusal as refusal:
        form.refuse(refusal)
        desk = _MarkDesk.open(queries.agency_of(actor), code)
        # What was read before the transaction is no longer there.
        form.rule = desk.rule()
        return _page(desk, form, clash=refusal.code == "offer.changed_meanwhile")


@agencies.post("/desk/offers/<code>/preview")
@needs(Permission.AGENCY_OFFER_MARK)
def mark_preview(code: str) -> ResponseReturnValue:
    """What is typed as the register understands it: tables, curves and examples, without saving anything."""
    desk = _MarkDesk.open(queries.agency_of(current_actor()), code)
    form = desk.form()
    form.validate()
    return render_template("agencies/mark_preview.html", understood=desk.understood(form))


def _page(desk: "_MarkDesk", form: MarkForm, *, clash: object = None) -> ResponseReturnValue:
    if clash or not form.is_submitted():
        # The next sending is made from what this page shows; until then, from what the person saw first.
        form.seen.data = f"{desk.region}:{desk.standing.version if desk.standing else 0}"
    return form.page(
        "agencies/mark.html",
        entry=desk.entry,
        cards=desk.cards(form),
        understood=desk.understood(form) if form.is_submitted() else None,
        offer=desk.standing,
        clash=desk.side_by_side(form) if clash else None,
        limit=queries.days_limit(desk.entry, clock.today()),
        today=clock.today(),
    )


@dataclass(frozen=True, slots=True)
class Understood:
    """A fee item's typed mark as the register understands it, or why it does not."""

    item: FeeItem
    rows: list[list[str]]
    chart: Chart | None
    example: Example | None
    refused: str = ""


@dataclass
class _MarkDesk:
    """What the form that marks a price is made from."""

    agency: Agency
    entry: Entry
    items: Sequence[FeeItem]
    listed: Mapping[int, Sequence[Band]]
    references: Mapping[int, Sequence[Line]]
    region: str
    standing: Offer | None
    bands: Mapping[int, Sequence[Band]]

    @classmethod
    def open(cls, agency: Agency, code: str) -> "_MarkDesk":
        """Read it all; refuses an agency that is not admitted, and a service that is not listed."""
        if agency.state != AgencyState.ADMITTED:
            raise BadState("offer.agency_not_admitted")
        entry = entry_of(code, edition_in_force(clock.today()))
        items = fee_items_of(entry.id)
        region = (request.form.get("region") if request.form else request.args.get("region")) or ""
        standing = queries.standing_offers(agency.id, entry.id, region[:6])
        newest = standing[-1] if standing else None
        bands = queries.offer_bands([newest.id]).get(newest.id, {}) if newest else {}
        listed, references = queries.rule_bands(items), queries.reference_lines(entry, items)
        return cls(agency, entry, items, listed, references, region[:6], newest, bands)

    def form(self) -> MarkForm:
        """The form, filled with the price that stands."""
        filled: dict[str, Any] = {"region": self.region}
        if self.standing is not None:
            filled |= {"promised_days": self.standing.promised_days, "capacity": self.standing.capacity}
            for item in self.items:
                if item.id in self.bands:
                    filled |= _typed(mark_of(lines_of(self.bands[item.id]), item.steps_per_unit), item)
        elif limit := self.entry.time_limit_workdays or self.entry.time_limit_calendar_days:
            filled["promised_days"] = limit
        return mark_form(self.rule())(data=filled)

    def rule(self) -> Seen:
        """What the list leaves open, for the form."""
        ranges = {item.id: self._range(item) for item in self.items if self.listed[item.id]}
        only = {item_id: int(low * WHOLE) for item_id, (low, high) in ranges.items() if low == high}
        english = locale.current() == "en"
        regions = [(one.code, one.name_en if english else one.name_zh) for one in queries.regions_for(self.entry.id)]
        return Seen(
            items=self.items,
            references=self.references,
            only=only,
            listed={item_id: lines_of(bands) for item_id, bands in self.listed.items()},
            regions=[("", _("The whole area of the list")), *regions],
        )

    def marking(self, form: MarkForm) -> actions.Marking:
        """What was typed, as an action takes it; refuses quantities of a schedule that cannot be read."""
        terms = actions.Terms(form.region_code(), form.begins(), form.capacity.data, form.seen_version())
        return actions.Marking(self.entry, form.prices(), form.promised_days.data or 0, terms)

    def understood(self, form: MarkForm) -> list[Understood]:
        """Each typed mark with its bands, its curve and the example, or what is wrong with it."""
        found = []
        ground = queries.ground_of([self.entry], clock.today())
        for item in self.items:
            try:
                marks = form.prices()
                if item.id not in marks:
                    continue
                marking = actions.Marking(self.entry, {item.id: marks[item.id]}, 1)
                bands = actions.planned_bands(marking, self.agency.id, ground=ground)
                lines = lines_of(bands)
                # Drawn for whoever pays: the curve knows only what an applicant would pay.
                drawn = replace(item_of(item), bands=tuple(replace(line, payer="applicant") for line in lines))
                typed = form.part("quantity", item.id).data
                chart = curve_of(drawn, f"{typed:f}" if typed is not None else "")
                worked = examples(form, [item], {item.id: bands})
                # Around a free price no share is lawful or unlawful.
                free = 2 if item.price_state == PriceState.LISTED else 3
                rows = [[row[0], row[1], *row[free:]] for row in rule_rows(lines, measure_of(item))]
                found.append(Understood(item, rows, chart, worked[0] if worked else None))
            except BreaksRule as refusal:
                found.append(Understood(item, [], None, None, said(refusal)))
        return found

    def side_by_side(self, form: MarkForm) -> list[tuple[str, str, str]]:
        """What stands now and what was typed, line by line."""
        typed = form.prices()
        none = _("not offered")
        rows = []
        for item in self.items:
            theirs = told_band(self.bands[item.id], item)[1] if item.id in self.bands else none
            mine = told_mark(typed[item.id], item)[1] if item.id in typed else none
            rows.append((item.name_en if locale.current() == "en" else item.name_zh, theirs, mine))
        stands = self.standing
        days = (str(stands.promised_days) if stands else "—", str(form.promised_days.data or "—"))
        capacity = (str(stands.capacity or "—") if stands else "—", str(form.capacity.data or "—"))
        return [*rows, (_("Working days you promise"), *days), (_("Jobs at once"), *capacity)]

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
        rows = rule_rows(lines or reference, measure_of(item))
        if not lines:
            # What is lawful around a freed standard binds nobody any more.
            rows = [[quantity, standard, limits] for quantity, standard, _share, limits in rows]
        kind = form.value("kind", item.id)
        return {
            "item": item,
            "rows": rows,
            "reference": bool(reference),
            "low": low,
            "high": high,
            "shown": kind,
            **{f"{what}_field": part for what, part in form.parts(item.id).items()},
        }


def _typed(mark: Mark, item: FeeItem) -> dict[str, Any]:
    """What one would have typed to make the mark."""
    key = item.id
    if isinstance(mark, Percent):
        share = Decimal(mark.thousandths) / 10
        return {f"kind_{key}": "percent", f"take_{key}": True, f"percent_{key}": share}
    if isinstance(mark, ByBand):
        shares = {f"share{number}_{key}": Decimal(part) / 10 for number, part in enumerate(mark.thousandths)}
        return {f"kind_{key}": "by_band", **shares}
    if isinstance(mark, Schedule):
        return {f"kind_{key}": "schedule", f"counting_{key}": mark.counting.value, f"rows_{key}": _rows(mark, item)}
    listed = item.price_state == PriceState.LISTED
    if isinstance(mark, Fixed):
        return {f"kind_{key}": "amount" if listed else "fixed", f"base_{key}": mark.amount_fen}
    kind = "base_unit" if mark.base_fen else "per_unit"
    return {
        f"kind_{key}": "amount" if listed else kind,
        f"unit_{key}": mark.unit_fen,
        f"base_{key}": mark.base_fen or None,
    }


def _rows(mark: Schedule, item: FeeItem) -> list[dict[str, Any]]:
    return [
        {
            "up_to": None if step.up_to is None else Decimal(step.up_to) / item.steps_per_unit,
            "base": step.base_fen,
            "unit": step.unit_fen,
        }
        for step in mark.steps
    ]
