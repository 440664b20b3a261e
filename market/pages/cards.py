"""Price tags out of plain rows. Words come from the labels, so that a shelf of twenty tags translates nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any
from urllib.parse import quote

from market.base import clock
from market.base.money import format_short, round_half_up
from market.base.pricing import Measure
from market.base.pricing.quantity import exact_decimal
from market.base.words import N_, register_labels
from market.catalogue.rules import Handling, PriceState, Pricing, SelfService
from market.pages.queries.editions import Removed
from market.pages.queries.shelf import ListRule, Marks, ShelfRow, marks_of
from market.web import locale
from market.web.labels import labels

register_labels(
    {
        "tag.days": N_("≤ {days} working days"),
        "tag.calendar_days": N_("≤ {days} calendar days"),
        "tag.days_open": N_("Time limit by contract"),
        "tag.from": N_("from {price}"),
        "tag.at_most": N_("at most {price}"),
        "tag.of_base": N_("{price} of {base}"),
        "tag.per_unit": N_("{price} for each {unit}"),
        "tag.range": N_("{low} – {high}"),
        "tag.share": N_("{share} of the reference"),
        "tag.free": N_("The authority commissions and pays; whoever charges you breaks the rule"),
        "tag.unpublished_note": N_("No figure is known, so nobody can request or charge it"),
        "tag.marked": N_("Marked prices of agencies"),
        "tag.marked_by": N_("Marked by {count} agencies"),
        "tag.marked_by_one": N_("Marked by 1 agency"),
        "tag.marked_by_none": N_("No agency has marked a price yet"),
        "tag.several": N_("Enter your quantity to compare"),
        "tag.offered_by": N_("Offered by {count} agencies"),
        "tag.offered_by_one": N_("Offered by 1 agency"),
        "tag.brackets": N_("by bracket"),
        "tag.not_listed": N_("Not on the list"),
        "tag.no_charge": N_("Nobody may ask you for it"),
        "tag.was_needed": N_("Precondition of approval"),
    }
)
Badge = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Card:
    """A price tag as `templates/parts/tag.html` shows it."""

    code: str
    name: str
    act: str
    pricing: str
    price_text: str
    price_note: str
    badges: list[Badge]
    basis: str
    days_text: str
    edition_no: int
    state: str
    href: str | None


@dataclass(frozen=True, slots=True)
class Hung:
    """On which edition's shelf a tag hangs: its number, and whether that edition is in force."""

    edition_no: int
    in_force: bool = True


def item_path(code: str) -> str:
    """The address of an item's page."""
    return f"/list/{quote(code)}"


def removed_path(number: int) -> str:
    """The address of the page of an item off the list."""
    return f"/list/removed/{number}"


def in_words(zh: str, en: str) -> str:
    """The name in the reader's language; Chinese where no English one is known."""
    return en if en and locale.current() == "en" else zh


@dataclass(frozen=True, slots=True)
class Tongue:
    """The reader's words and way of writing sums, asked for once a page: a row must not ask which language it is."""

    words: Mapping[str, str]
    locale: str

    @classmethod
    def of_reader(cls) -> "Tongue":
        """The tongue of the running request."""
        return cls(labels(), locale.current())

    def pick(self, zh: str, en: str) -> str:
        """The name in this tongue; Chinese where no English one is known."""
        return en if en and self.locale == "en" else zh

    def money(self, fen: int) -> str:
        """A sum as a tag writes it."""
        return format_short(fen, self.locale)

    def say(self, key: str, **facts: object) -> str:
        """A label of a tag with its facts."""
        return self.words[f"tag.{key}"].format(**facts)


def cards(rows: Sequence[ShelfRow], rules: Mapping[int, ListRule], hung: Hung) -> list[Card]:
    """The tags of entries with the prices that agencies have marked by now. One query."""
    shown, marks = (hung, Tongue.of_reader(), clock.today()), marks_of(rows, rules)
    return [_card(row, rules.get(row.id), marks.get(row.id), shown) for row in rows]


def _card(row: ShelfRow, rule: ListRule | None, marks: Marks | None, shown: tuple[Hung, Tongue, date]) -> Card:
    hung, tongue, today = shown
    words = tongue.words
    price_text, note = _price(row, rule, marks, tongue)
    state = "older" if not hung.in_force else "free" if row.pricing == Pricing.FISCAL else "in_force"
    return Card(
        code=row.code,
        name=tongue.pick(row.name_zh, row.name_en),
        act=tongue.pick(row.act_zh, row.act_en),
        pricing=words[f"pricing.{row.pricing}"],
        price_text=price_text,
        price_note=note,
        badges=badges(row, words) + under_revision(row.basis_ends, today, words),
        basis=rule.document_no if rule and rule.state == PriceState.LISTED else "",
        days_text=days_text(row.days, words, row.calendar_days),
        edition_no=hung.edition_no,
        state=state,
        href=item_path(row.code) if hung.in_force else None,
    )


def days_text(days: int | None, words: Mapping[str, str], calendar_days: int | None = None) -> str:
    """The list's time limit in working or calendar days; where it has none, the contract says."""
    if calendar_days:
        return words["tag.calendar_days"].format(days=calendar_days)
    return words["tag.days"].format(days=days) if days else words["tag.days_open"]


def badges(row: Any, words: Mapping[str, str]) -> list[Badge]:
    """What an applicant must know before buying; `row` has self_service and mark."""
    found: list[Badge] = []
    if row.self_service == SelfService.YES:
        found.append((words["self_service.yes"], "green"))
    if row.mark == Handling.SELF_PREPARE_ALLOWED:
        found.append((words["handling.self_prepare_allowed"], "amber"))
    return found


def under_revision(basis_ends: date | None, today: date, words: Mapping[str, str]) -> list[Badge]:
    """The public mark of an entry that cites a repealed law; `basis_ends` is the first day without one of its laws."""
    return [(words["basis.under_revision"], "red")] if basis_ends and basis_ends <= today else []


def removed_card(item: Removed, edition_no: int) -> Card:
    """The tag of an item that is not on the list: what is struck through holds no more."""
    words = labels()
    abolished = item.handling == Handling.ABOLISHED
    return Card(
        code="—",
        name=item.name,
        act=item.act,
        pricing=words[f"handling.{item.handling}"] if not abolished else words["tag.not_listed"],
        price_text=words["tag.was_needed"] if abolished else "¥0",
        price_note=item.decision,
        badges=[(words["tag.no_charge"], "red")],
        basis="",
        days_text="",
        edition_no=edition_no,
        state="abolished" if abolished else "free",
        href=removed_path(item.id),
    )


def _price(row: ShelfRow, rule: ListRule | None, marks: Marks | None, tongue: Tongue) -> tuple[str, str]:
    if row.pricing == Pricing.FISCAL:
        return "¥0", tongue.words["tag.free"]
    if rule is None or rule.state == PriceState.UNPUBLISHED:
        return tongue.words["price_state.unpublished"], tongue.words["tag.unpublished_note"]
    if rule.state == PriceState.LISTED:
        return _listed(rule, tongue), _offered(rule, marks, tongue)
    return _marked(marks, tongue)


def _listed(rule: ListRule, tongue: Tongue) -> str:
    measure = Measure(rule.unit, rule.steps_per_unit)
    high = Fraction(rule.float_high, rule.float_den)
    slope = Fraction(rule.slope_num, rule.slope_den)
    proportional = rule.slope_num and rule.y0 == slope * rule.q0
    if not proportional:
        text = tongue.money(round_half_up(rule.y0 * high))
    elif measure.is_money:
        text = tongue.say("of_base", price=measure.rate(slope * high), base=rule.base_name)
    else:
        price = tongue.money(round_half_up(slope * high * rule.steps_per_unit))
        text = tongue.say("per_unit", price=price, unit=rule.unit)
    if rule.bands > 1:
        return tongue.say("from", price=text)
    return tongue.say("at_most", price=text) if rule.float_low != rule.float_high else text


def _offered(rule: ListRule, marks: Marks | None, tongue: Tongue) -> str:
    told = [tongue.words["tag.brackets"]] if rule.bands > 1 else []
    if marks:
        told.append(tongue.say("offered_by_one" if marks.offers == 1 else "offered_by", count=marks.offers))
    return " · ".join(told)


def _marked(marks: Marks | None, tongue: Tongue) -> tuple[str, str]:
    if marks is None:
        return tongue.words["tag.marked"], tongue.words["tag.marked_by_none"]
    by = tongue.say("marked_by_one" if marks.offers == 1 else "marked_by", count=marks.offers)
    if marks.kind == "share":
        low, high = (exact_decimal(Fraction(part, 10)) + "%" for part in (marks.low, marks.high))
        return tongue.say("share", share=_range(low, high, tongue)), by
    span = _range(tongue.money(marks.low), tongue.money(marks.high), tongue)
    if marks.kind == "fixed":
        return span, by
    if marks.kind == "unit":
        return tongue.say("per_unit", price=span, unit=marks.unit), by
    return tongue.words["tag.marked"], f"{by} · {tongue.words['tag.several']}"


def _range(low: str, high: str, tongue: Tongue) -> str:
    return low if low == high else tongue.say("range", low=low, high=high)
