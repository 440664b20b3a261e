"""Search: what is on the list, what is not and why, agencies by name, and notices."""

from dataclasses import dataclass

from flask import current_app, render_template, request
from flask.typing import ResponseReturnValue

from market.agencies.queries import Listing, Wanted, directory
from market.pages.cards import Card, Hung, cards, in_words, removed_card
from market.pages.queries import editions
from market.pages.queries import notice as notice_queries
from market.pages.queries.editions import EditionFacts, Removed
from market.pages.queries.notice import FoundNotice
from market.pages.queries.removed import removed_named
from market.pages.queries.shelf import shelf_of
from market.pages.tones import REQUEST_TONES
from market.pages.views.blueprint import in_force, pages
from market.search.found import Found, Hit
from market.search.index import Index
from market.web.access import public
from market.web.paging import Page, wanted

LONGEST = 100
FEW = 5


@dataclass(frozen=True, slots=True)
class Answers:
    """Everything found, by kind; `loose` when nothing had all of the words."""

    listed: list[Card]
    removed: list[Card]
    named: Removed | None
    notices: list[FoundNotice]
    agencies: list[Listing]
    page: Page[Hit]
    loose: bool
    missing: bool

    @property
    def nothing(self) -> bool:
        """Whether there is no answer of any kind."""
        return not (self.listed or self.removed or self.notices or self.agencies)


@pages.get("/search")
@public
def search() -> ResponseReturnValue:
    """What answers the words in the address."""
    text = request.args.get("q", "").strip()[:LONGEST]
    here = in_force()
    answers = _answers(text, here) if text else None
    return render_template(
        "pages/search.html", text=text, answers=answers, edition=here, tones=REQUEST_TONES, in_words=in_words
    )


def _answers(text: str, here: EditionFacts) -> Answers:
    index: Index = current_app.extensions["search"]
    found = index.find(text, kinds={"entry"}, page=wanted(request.args))
    gone = index.find(text, kinds={"removed"}, per_page=FEW)
    told = index.find(text, kinds={"notice"}, per_page=FEW)
    if found.total and found.loose:
        # Some words somewhere are no answer beside all words elsewhere.
        gone, told = (one if not one.loose else Found() for one in (gone, told))
    named = removed_named(text, here.id)
    return Answers(
        listed=_listed(found, here),
        removed=_removed(gone, named, here),
        named=named[0] if named else None,
        notices=notice_queries.notices_by_ref([_key(hit) for hit in told.hits]),
        agencies=directory(Wanted(text=text), here.id, limit=FEW, offset=0),
        page=Page(found.hits, found.total, found.page, max(1, -(-found.total // found.per_page))),
        loose=found.loose and bool(found.total),
        missing=found.missing,
    )


def _listed(found: Found, here: EditionFacts) -> list[Card]:
    shelf = shelf_of(here)
    return cards(shelf.of_codes(_key(hit) for hit in found.hits), shelf.rules, Hung(here.number))


def _removed(found: Found, named: list[Removed], here: EditionFacts) -> list[Card]:
    """What is off the list: first what has exactly the name that was asked for."""
    first = {(one.name, one.act) for one in named}
    ids = [int(_key(hit)) for hit in found.hits if _key(hit).isdecimal()]
    rows = editions.removed_by_id(ids)
    others = [rows[one] for one in ids if one in rows]
    shown = [*named, *(one for one in others if (one.name, one.act) not in first)]
    return [removed_card(one, here.number) for one in shown]


def _key(hit: Hit) -> str:
    return hit.id.partition("/")[2]
