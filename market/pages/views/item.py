"""One item of the list: its price tag, my quantity, every agency's marked price for it, and what nobody may ask for."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from market.agencies.queries import OfferRow
from market.agencies.rules import EVERYWHERE, mark_of, mark_sentence
from market.base import clock
from market.base.errors import NotFound
from market.catalogue.rules import Payer, Pricing
from market.contracts.queries import Days
from market.pages import calculator
from market.pages.brackets import rule_table
from market.pages.calculator import Line, Spread
from market.pages.cards import Card, badges, days_text, in_words, under_revision
from market.pages.common_questions import common_questions
from market.pages.queries import item as queries
from market.pages.queries.compare import Marked, Place, places, totals
from market.pages.queries.item import ItemFacts
from market.pages.robust import FEWEST
from market.pages.views.blueprint import pages, remember
from market.pages.views.item_shared import address_of, bins_of, choose_path, for_quantity, gone, marked_today
from market.ratings.queries import summaries
from market.ratings.rules import NO_RATINGS, Summary
from market.web.access import public
from market.web.filters import money_short
from market.web.labels import labels, said, sentence
from market.web.paging import Page, page_of, wanted


@dataclass(frozen=True, slots=True)
class OfferShown:
    """A row of the comparison."""

    offer: OfferRow
    total_fen: int | None
    why_not: str
    against: int | None
    days: Days | None
    rating: Summary
    best: bool


@pages.get("/list/<code>")
@public
def item(code: str) -> ResponseReturnValue:
    """The item; quantities and coefficients are in the address, so that a comparison can be sent to somebody.

    A service that an earlier edition listed is gone (410), and its page says since when and by which decision.
    """
    try:
        facts = queries.item_facts(code, clock.today())
    except NotFound:
        return gone(code)
    remember(facts.edition)
    payer, place = Payer(facts.entry.payer), _place_asked(facts)
    region = place.code if place else EVERYWHERE
    lines, marks = marked_today(facts, region)
    spread = calculator.spread(totals(marks), money_short)
    page = _page(marks, lines, facts, spread=spread)
    card = card_of(facts, lines, spread)
    return render_template(
        "pages/item.html",
        facts=facts,
        entry=facts.entry,
        name=in_words(facts.entry.name_zh, facts.entry.name_en),
        act=in_words(facts.act.name_zh, facts.act.name_en),
        authority=in_words(facts.act.authority_zh, facts.act.authority_en),
        category=in_words(facts.entry.category_zh, facts.entry.category_en),
        card=card,
        questions=common_questions(facts, card, _price_state(lines, spread, payer)),
        lines=lines,
        asked=[line for line in lines if line.quantity is not None],
        problems={line.name: said(line.refusal) for line in lines if line.refusal},
        traces=_traces(facts, lines),
        marks=_marks(page, lines) if not any(line.quantity for line in lines) else {},
        page=page,
        spread=spread,
        few=FEWEST,
        bins=bins_of(spread),
        quantity=for_quantity([line for line in lines if line.quantity is not None]),
        median_milli=_place(spread),
        rules=_rules(facts),
        choose=choose_path(facts, lines, region),
        place=in_words(place.name_zh, place.name_en) if place else "",
        region=region,
        whole=url_for("pages.item", code=facts.entry.code) + address_of(lines),
        address=address_of(lines, region),
        said=said,
        several=_several(facts),
        today=clock.today(),
        voices={
            "object": url_for("oversight.new_voice", kind="objection", service=facts.entry.code),
            "report": url_for("oversight.new_voice", kind="demanded_outside", service=facts.entry.code),
            "answered": url_for("oversight.voices", about=facts.entry.code),
        },
    )


def _several(facts: ItemFacts) -> dict[str, str]:
    """The lists of an entry in the reader's language, each in one line."""
    words, comma = labels(), _(", ")
    found = facts.several
    asked = [
        " ".join(part for part in (name, level or (count if kind == "practitioner" else "")) if part)
        for kind, name, level, count in found.requirements
    ]
    return {
        "acts": comma.join(f"{in_words(zh, en)} ({words[f'act.{kind}']})" for kind, zh, en in found.acts),
        "regions": comma.join(in_words(zh, en) for _code, zh, en in found.regions),
        "zones": comma.join(in_words(zh, en) for _code, zh, en in found.zones),
        "requirements": comma.join(asked),
    }


def _place_asked(facts: ItemFacts) -> Place | None:
    """The region that the address asks for, if the list offers the service there; a query only where one is asked."""
    asked = request.args.get("region", "")
    return next((one for one in places(facts.entry.id) if one.code == asked), None) if asked else None


def _page(
    marks: Sequence[Marked], lines: Sequence[Line], facts: ItemFacts, *, spread: Spread | None
) -> Page[OfferShown]:
    """A page of the marked prices: only of its rows is everything read."""
    lowest = marks[0].total_fen if marks else None

    def shown(limit: int, offset: int) -> list[OfferShown]:
        mine = marks[offset : offset + limit]
        offers = queries.offers_shown([one.offer_id for one in mine], facts.entry.service_id) if mine else {}
        ratings = summaries([one.agency_id for one in mine]) if mine else {}
        without = [offers[one.offer_id][0] for one in mine if one.total_fen is None]
        again = calculator.compare(without, lines, Payer(facts.entry.payer))
        why = {one.offer.offer_id: said(one.refusal) for one in again if one.refusal}
        return [
            OfferShown(
                offer=offers[one.offer_id][0],
                total_fen=one.total_fen,
                why_not=why.get(one.offer_id, ""),
                against=calculator.against_median(one.total_fen, spread),
                days=offers[one.offer_id][1],
                rating=ratings.get(one.agency_id, NO_RATINGS),
                best=one.total_fen is not None and one.total_fen == lowest,
            )
            for one in mine
        ]

    return page_of(len(marks), wanted(request.args), shown)


def _marks(page: Page[OfferShown], lines: Sequence[Line]) -> dict[int, str]:
    """Each agency's mark in words, for when no quantity could be read."""
    found = {}
    for row in page.items:
        told = []
        for line in lines:
            bands = row.offer.bands.get(line.item.id)
            if bands:
                mark = mark_of([calculator.line_of(band) for band in bands], line.item.steps_per_unit)
                code, values = mark_sentence(mark, line.item.unit, listed=line.item.price_state == "listed")
                told.append(sentence(code, values))
        found[row.offer.offer_id] = "; ".join(told)
    return found


def card_of(facts: ItemFacts, lines: Sequence[Line], spread: Spread | None) -> Card:
    """The price tag of an item with the price for the quantities asked."""
    entry, words = facts.entry, labels()
    asked = [line for line in lines if line.quantity is not None and not line.refusal]
    price, note = _price(facts, asked, spread)
    return Card(
        code=entry.code,
        name=in_words(entry.name_zh, entry.name_en),
        act=in_words(facts.act.name_zh, facts.act.name_en),
        pricing=words[f"pricing.{entry.pricing}"],
        price_text=price,
        price_note=note,
        badges=badges(entry, words) + under_revision(facts.several.basis_ends(), clock.today(), words),
        basis=", ".join(dict.fromkeys(line.item.document_no for line in lines if line.bands and line.item.document_no)),
        days_text=days_text(entry.time_limit_workdays, words, entry.time_limit_calendar_days),
        edition_no=facts.edition.number,
        state="free" if entry.pricing == Pricing.FISCAL else "in_force",
        href=None,
    )


def _price(facts: ItemFacts, asked: Sequence[Line], spread: Spread | None) -> tuple[str, str]:
    words = labels()
    if facts.entry.pricing == Pricing.FISCAL:
        return "¥0", words["tag.free"]
    listed = [line.listed for line in asked if line.listed]
    if listed and len(listed) == len(asked):
        floor, ceiling = sum(one.floor_fen for one in listed), sum(one.ceiling_fen for one in listed)
        text = money_short(ceiling)
        if floor != ceiling:
            text = (
                words["tag.range"].format(low=money_short(floor), high=text)
                if floor
                else words["tag.at_most"].format(price=text)
            )
        return text, for_quantity(asked)
    if spread:
        low, high = money_short(spread.low_fen), money_short(spread.high_fen)
        by = ngettext("marked by %(num)d agency", "marked by %(num)d agencies", spread.n)
        return low if low == high else words["tag.range"].format(low=low, high=high), f"{for_quantity(asked)}, {by}"
    if any(line.can_be_asked for line in asked):
        return words["tag.marked"], words["tag.marked_by_none"]
    return words["price_state.unpublished"], words["tag.unpublished_note"]


def _price_state(lines: Sequence[Line], spread: Spread | None, payer: Payer) -> str:
    """What the list or the agencies say of the price, as the answered questions name it."""
    if payer == Payer.AUTHORITY:
        return "free"
    asked = [line for line in lines if line.quantity is not None and not line.refusal]
    if asked and all(line.listed for line in asked):
        return "listed"
    if spread:
        return "marked"
    return "none" if any(line.can_be_asked for line in lines) else "unpublished"


def _traces(facts: ItemFacts, lines: Sequence[Line]) -> list[dict[str, object]]:
    """How each sum of the list, or of a reference, came about."""
    found: list[dict[str, object]] = []
    for line in lines:
        if line.listed is not None:
            steps = line.listed.trace(calculator.priced_item(line.item, facts.schedules))
            found.append({"name": line.item.name_zh, "binding": True, "steps": [step.text(_) for step in steps]})
        elif line.reference is not None:
            steps = line.reference.trace
            found.append(
                {
                    "name": line.item.name_zh,
                    "binding": False,
                    "document": line.item.document_no,
                    "upper_fen": line.reference.ceiling_fen,
                    "lower_fen": line.reference.floor_fen,
                    "steps": [step.text(_) for step in steps],
                }
            )
    return found


def _rules(facts: ItemFacts) -> list[dict[str, object]]:
    """The published schedules tied to the item, in force or for reference."""
    found: list[dict[str, object]] = []
    for schedule in facts.schedules:
        normal = None if schedule.refused_code else calculator.normal(schedule)
        tables = [rule_table(one) for one in normal.items.values()] if normal else []
        found.append(
            {
                "role": schedule.role,
                "title": schedule.title,
                "document": schedule.document_no,
                "tables": tables,
                "remarks": normal.remarks if normal else (),
                "refused": schedule.refused_text,
            }
        )
    return found


def _place(spread: Spread | None) -> int:
    """Where the median stands on the axis, in thousandths."""
    if spread is None or spread.median_fen is None or spread.high_fen == spread.low_fen:
        return 0
    return (spread.median_fen - spread.low_fen) * 1000 // (spread.high_fen - spread.low_fen)
