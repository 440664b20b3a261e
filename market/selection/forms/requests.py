"""What buyers and agencies type: syntax only."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from fractions import Fraction
from functools import partial
from typing import Any, ClassVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field, Form, HiddenField, RadioField, SelectField
from wtforms.fields.choices import SelectChoice

from market.agencies.queries import regions_for, regions_for_all
from market.agencies.rules import EVERYWHERE
from market.base.clock import china_date
from market.base.pricing import COEFFICIENT_UNIT
from market.base.pricing.quantity import exact_decimal, parse_quantity
from market.catalogue.models import FeeItem, Region
from market.catalogue.rules import Payer
from market.selection.actions import Amount, Quoted, Terms
from market.selection.actions.basket import Drafting
from market.selection.methods import METHODS, SelectionMethod
from market.selection.models import Request, RequestLine
from market.selection.queries import Shelf
from market.selection.queries.basket import BasketRow
from market.selection.rules import Funding
from market.web import locale
from market.web.forms import (
    DayField,
    HouseForm,
    LineField,
    MoneyField,
    ProseField,
    TickField,
    WholeField,
    at_most,
    between,
    needed,
    obeys,
)
from market.web.labels import labels

LONGEST_TITLE = 200
MOST_DAYS = 730


class RequestForm(HouseForm):
    """A request for one service; `request_form` adds quantity and coefficient of each fee item, `<what>_<item id>`."""

    REFUSED: ClassVar[dict[str, str]] = {
        "request.case_needed": "case_number",
        "request.title_needed": "title",
        "request.direct_only_by_applicant": "method",
        "request.method_unknown": "method",
        "request.funding_unknown": "funding",
        "request.deadline_in_past": "last_day",
        "request.deadline_too_far": "last_day",
        "request.region_unknown": "region",
        "request.region_outside": "region",
    }
    items: ClassVar[Sequence[FeeItem]] = ()
    places: ClassVar[Sequence[tuple[str, str]]] = ()
    method = RadioField(_l("How is the agency selected?"), [needed()], validate_choice=False)
    region = SelectField(_l("Where the work is done"), validate_choice=False)
    funding: Any = None
    title = LineField(_l("Title of the request"), [at_most(LONGEST_TITLE)])
    case_number = LineField(_l("Case number of the approval"), [at_most(LONGEST_TITLE)])
    last_day = DayField(_l("Last day for quotes or sign-up"))
    description = ProseField(_l("What agencies should know"), [at_most(4000)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.region.choices = list(self.places)
        # One of the choices always stands; the word "optional" would mislead.
        self.region.flags.required = True

    def part(self, what: str, item_id: int) -> Any:
        """The field of a fee item, or None when it has none of the kind."""
        return self._fields.get(f"{what}_{item_id}")

    def terms(self) -> Terms:
        """What was typed; fee items left empty are not asked for."""
        return Terms(
            amounts={item.id: self._amount(item) for item in self.items if self.part("quantity", item.id).data},
            method=self.method.data or "",
            title=self.title.data or "",
            description=self.description.data or "",
            case_number=self.case_number.data or "",
            last_day=self.last_day.data,
            region=str(self.region.data or "")[:6],
            funding=(self.funding.data or "") if self.funding is not None else "",
        )

    def fill(self, request: Request, same: Mapping[int, FeeItem]) -> None:
        """Show what a draft says; `same` has by the draft's fee item the one of this form that it goes on as."""
        self.fill_common(request)
        self.fill_lines(request, same)

    def fill_common(self, request: Request) -> None:
        """Show what a draft says beside its quantities."""
        self.method.data, self.title.data = request.method, request.title
        if self.funding is not None:
            self.funding.data = request.funding
        self.case_number.data, self.description.data = request.case_number, request.description
        self.region.data = request.region_code
        if request.quotes_until is not None:
            self.last_day.process_data(china_date(request.quotes_until - timedelta(microseconds=1)))

    def fill_lines(self, request: Request, same: Mapping[int, FeeItem]) -> None:
        """Show a draft's quantities and coefficients."""
        mine = {item.id for item in self.items}
        for line in request.lines:
            item = same.get(line.fee_item_id)
            if item is not None and item.id in mine:
                self.part("quantity", item.id).data = exact_decimal(Fraction(line.quantity, item.steps_per_unit))
                if self.part("coefficient", item.id) is not None:
                    self.part("coefficient", item.id).data = str(line.coefficient)

    def _amount(self, item: FeeItem) -> Amount:
        chosen = self.part("coefficient", item.id)
        text = str(self.part("quantity", item.id).data)
        return Amount(text, int(chosen.data)) if chosen is not None else Amount(text)


def request_form(shelf: Shelf) -> type[RequestForm]:
    """The form of what can be requested of an entry by this buyer."""
    fields: dict[str, Any] = {"items": shelf.items, "REFUSED": dict(RequestForm.REFUSED)}
    fields["places"] = places_of(regions_for(shelf.entry.id))
    fields |= _item_fields(shelf.items, shelf.coefficients)
    if len(shelf.items) == 1:
        # One quantity: whatever the list says against it belongs beside it.
        fields["REFUSED"] |= {
            "price": f"quantity_{shelf.items[0].id}",
            "request.line_needed": f"quantity_{shelf.items[0].id}",
        }
    fields["method"] = _method_field(shelf.payer, list(METHODS.values()))
    if shelf.payer == Payer.APPLICANT:
        words = labels()
        fields["funding"] = RadioField(
            _l("Whose money pays?"),
            choices=[SelectChoice(str(one), words[f"funding.{one}"]) for one in (Funding.SOCIAL, Funding.STATE)],
            default=str(Funding.SOCIAL),
            validate_choice=False,
        )
    if shelf.payer == Payer.AUTHORITY:
        fields["case_number"] = LineField(_l("Case number of the approval"), [needed(), at_most(LONGEST_TITLE)])
    return type("RequestFormHere", (RequestForm,), fields)


def merged_form(items: Mapping[int, Sequence[FeeItem]], coefficients: Mapping[int, Sequence[int]]) -> type[RequestForm]:
    """The form of a merged request: what is common to all lots, and the quantities of each entry's fee items."""
    every = [item for of_entry in items.values() for item in of_entry]
    fields: dict[str, Any] = {"items": every, "places": places_of(regions_for_all(items))}
    for of_entry in items.values():
        fields |= _item_fields(of_entry, coefficients)
    fields["method"] = _method_field(Payer.APPLICANT, [one for one in METHODS.values() if not one.draws])
    return type("MergedFormHere", (RequestForm,), fields)


def _item_fields(items: Sequence[FeeItem], coefficients: Mapping[int, Sequence[int]]) -> dict[str, Any]:
    """Quantity and coefficient of each fee item of one entry."""
    fields: dict[str, Any] = {}
    for item in items:
        syntax = obeys(partial(parse_quantity, steps_per_unit=item.steps_per_unit))
        look = {"inputmode": "decimal", "autocomplete": "off"}
        wanted = [needed(), syntax] if len(items) == 1 else [syntax]
        fields[f"quantity_{item.id}"] = LineField(item_name(item), wanted, render_kw=look)
        lawful = coefficients.get(item.coefficient_set_id, ())
        if len(lawful) > 1:
            choices = [SelectChoice(str(value), exact_decimal(Fraction(value, COEFFICIENT_UNIT))) for value in lawful]
            fields[f"coefficient_{item.id}"] = SelectField(
                _l("Coefficient"), choices=choices, default=str(COEFFICIENT_UNIT)
            )
    return fields


def places_of(regions: Iterable[Region]) -> list[tuple[str, str]]:
    """Where work can be done, as choices; the whole area stands first."""
    return [(EVERYWHERE, _("The whole area")), *((one.code, region_name(one)) for one in regions)]


def _method_field(payer: Payer, every: Sequence[SelectionMethod]) -> RadioField:
    words = labels()
    methods = [method for method in every if payer in method.payers]
    return RadioField(
        _l("How is the agency selected?"),
        [needed()],
        choices=[SelectChoice(str(method.code), words[f"method.{method.code}"]) for method in methods],
        default=str(methods[0].code),
        validate_choice=False,
    )


class BasketForm(HouseForm):
    """Quantities of everything in the basket; `basket_form` adds `quantity_<fee item id>`, and a tick for each group.

    `ticks` has by merged group the name of its field, which is ticked where its services are not to be merged.
    """

    item_ids: ClassVar[Sequence[int]] = ()
    ticks: ClassVar[Mapping[str, str]] = {}
    method = RadioField(_l("How is the agency selected?"), [needed()], validate_choice=False)

    def part(self, item_id: int) -> Any:
        """The quantity of a fee item."""
        return self[f"quantity_{item_id}"]

    def tick(self, group: str) -> Any:
        """Whether a merged group is to stay apart."""
        return self[self.ticks[group]]

    def wanted(self) -> Drafting:
        """What was typed and ticked; the rules read the quantities when they draft."""
        typed = {item_id: str(self.part(item_id).data or "") for item_id in self.item_ids}
        return Drafting(typed, self.method.data or "", {group for group in self.ticks if self.tick(group).data})


class Wanted:
    """Marks a field as needed and refuses nothing: what is missing stops its own draft and no other."""

    field_flags: ClassVar[dict[str, bool]] = {"required": True}

    def __call__(self, form: Form, field: Field) -> None:
        """Take everything."""


def basket_form(rows: Sequence[BasketRow]) -> type[BasketForm]:
    """The form of a basket. What is typed is read service by service, so that one mistake stops no other draft."""
    look = {"inputmode": "decimal", "autocomplete": "off"}
    items = [item for row in rows if row.why_not is None for item in row.items]
    kept = {item_id: text for row in rows for item_id, text in row.typed.items()}
    alone = {row.items[0].id for row in rows if len(row.items) == 1}
    fields: dict[str, Any] = {
        f"quantity_{item.id}": LineField(
            item_name(item),
            [at_most(40), *([Wanted()] if item.id in alone else [])],
            default=kept.get(item.id, ""),
            render_kw=look,
        )
        for item in items
    }
    fields["method"] = _method_field(Payer.APPLICANT, [one for one in METHODS.values() if not one.draws])
    groups = sorted({row.merged for row in rows if row.merged})
    ticks = {group: f"apart_{number}" for number, group in enumerate(groups, 1)}
    fields |= {name: TickField(_l("Draft them apart instead: one request for each")) for name in ticks.values()}
    fields["ticks"] = ticks
    return type("BasketFormHere", (BasketForm,), {"item_ids": [item.id for item in items], **fields})


def item_name(item: FeeItem) -> str:
    """The fee item's name in the reader's language."""
    return item.name_en if locale.current() == "en" and item.name_en else item.name_zh


def region_name(region: Region | None) -> str:
    """The region's name in the reader's language; none is the whole area."""
    if region is None:
        return _("The whole area")
    return region.name_en if locale.current() == "en" and region.name_en else region.name_zh


class ChooseForm(HouseForm):
    """The agency that the buyer names, and the total that was shown."""

    agency = HiddenField()
    seen = HiddenField()

    def seen_fen(self) -> int | None:
        """The total that the page showed, in fen; None when it is not a number."""
        given = str(self.seen.data or "")
        return int(given) if given.isascii() and given.isdecimal() and len(given) < 16 else None


class QuoteForm(HouseForm):
    """A quote; `quote_form` adds one amount for each line, `amount_<line id>`."""

    REFUSED: ClassVar[dict[str, str]] = {
        "quote.days_beyond_promise": "promised_days",
        "quote.days_range": "promised_days",
    }
    lines: ClassVar[Sequence[RequestLine]] = ()
    promised_days = WholeField(_l("Working days you promise"), [needed(), between(1, MOST_DAYS)])

    def part(self, line_id: int) -> Any:
        """The amount of a line."""
        return self[f"amount_{line_id}"]

    def quoted(self) -> Quoted:
        """What was typed, in fen by line."""
        amounts = {line.id: self.part(line.id).data for line in self.lines if self.part(line.id).data is not None}
        return Quoted(amounts, self.promised_days.data or 0)


def quote_form(lines: Sequence[RequestLine], items: Mapping[int, FeeItem]) -> type[QuoteForm]:
    """The form of a quote on these lines."""
    fields: dict[str, Any] = {"lines": lines, "REFUSED": dict(QuoteForm.REFUSED)}
    for line in lines:
        fields[f"amount_{line.id}"] = MoneyField(item_name(items[line.fee_item_id]), [needed()])
    if len(lines) == 1:
        fields["REFUSED"] |= dict.fromkeys(("price", "quote.amount_needed"), f"amount_{lines[0].id}")
    return type("QuoteFormHere", (QuoteForm,), fields)
