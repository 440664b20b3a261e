"""Search: what is on the list, what is not and why, agencies by name, notices, and the help."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import cast
from urllib.parse import urlencode

from flask import current_app, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from market.agencies.queries import Listing, Wanted, directory
from market.pages.cards import Card, Hung, cards, in_words, removed_card
from market.pages.help.finding import KIND, Helped, asked, helped
from market.pages.queries import editions
from market.pages.queries import notice as notice_queries
from market.pages.queries.editions import EditionFacts, Removed
from market.pages.queries.notice import FoundNotice
from market.pages.queries.removed import removed_named
from market.pages.queries.search import SHOWN, acts_numbered, bundles_coded, cells_of
from market.pages.queries.shelf import Cell, ShelfRow, shelf_of
from market.pages.tones import REQUEST_TONES
from market.pages.views.blueprint import in_force, pages
from market.pages.views.help import reading
from market.pages.views.listing import LONGEST_QUESTION, facets
from market.search.found import Found, FoundIds
from market.search.highlight import Marker
from market.search.index import Index
from market.search.question import understood
from market.web.access import public
from market.web.labels import labels
from market.web.paging import Page, page_of, wanted

FEW = 5
MOST_SUGGESTED = 8
# Of sections of help more are asked for: the same one in both languages is shown once.
MOST_HELP = 2 * FEW


@dataclass(frozen=True, slots=True)
class Planned:
    """A bundle or an act, of which a plan can be made: its name, what is said of it, and the plan's address."""

    name: str
    said: str
    href: str


@dataclass(frozen=True, slots=True)
class Answers:
    """Everything found, by kind. `found` counts the services before any filter.

    `meant` when nothing was found as typed, `loose` when nothing had all of the words. `help_first` when only the help
    has all of what was asked.
    """

    listed: list[Card]
    found: int
    facets: list[dict[str, object]]
    planned: list[Planned]
    removed: list[Card]
    named: Removed | None
    notices: list[FoundNotice]
    agencies: list[Listing]
    help: list[Helped]
    help_first: bool
    page: Page[ShelfRow]
    meant: str
    loose: bool
    missing: bool

    @property
    def nothing(self) -> bool:
        """Whether there is no answer of any kind."""
        return not (self.found or self.planned or self.removed or self.notices or self.agencies or self.help_first)


@pages.get("/search")
@public
def search() -> ResponseReturnValue:
    """What answers the words in the address."""
    text = _typed()
    here = in_force()
    answers = _answers(text, here) if text else None
    return render_template(
        "pages/search.html", text=text, answers=answers, edition=here, tones=REQUEST_TONES, in_words=in_words
    )


@pages.get("/search/suggest")
@public
def suggest() -> ResponseReturnValue:
    """What the words typed so far may become: JSON for the search box; who opens it as a page is shown the search."""
    text = _typed()
    if request.accept_mimetypes.best_match(["text/html", "application/json"]) != "application/json":
        return redirect(url_for("pages.search", q=text))
    answer = jsonify(_suggested(text, in_force()) if text else [])
    answer.vary.add("Accept")
    answer.vary.add("Cookie")
    return answer


def _typed() -> str:
    return request.args.get("q", "").replace("\x00", "").strip()[:LONGEST_QUESTION]


def _suggested(text: str, here: EditionFacts) -> list[dict[str, str]]:
    """Services by name, then what is off the list; none of those that have only some of the words."""
    index: Index = current_app.extensions["search"]
    found = index.find(text, kinds={"entry", "removed"}, per_page=MOST_SUGGESTED)
    if found.loose:
        return []
    ids = [hit.id for hit in found.hits]
    listed = {row.code: row for row in shelf_of(here).of_codes(_keys(ids))}
    gone = editions.removed_by_id([int(key) for key in _keys(ids) if key.isdecimal()])
    off = labels()["tag.not_listed"]
    suggested = []
    for key in _keys(ids):
        if key in listed:
            row = listed[key]
            href = url_for("pages.item", code=row.code)
            suggested.append({"text": in_words(row.name_zh, row.name_en), "note": row.code, "href": href})
        elif key.isdecimal() and int(key) in gone:
            href = url_for("pages.removed_item", number=int(key))
            suggested.append({"text": gone[int(key)].name, "note": off, "href": href})
    return suggested


def _answers(text: str, here: EditionFacts) -> Answers:
    index: Index = current_app.extensions["search"]
    found = index.ids(text, kinds={"entry"})
    gone = index.find(text, kinds={"removed"}, per_page=FEW)
    told = index.find(text, kinds={"notice"}, per_page=FEW)
    doing = index.find(text, kinds={"bundle", "act"}, per_page=FEW)
    best = min(_off(found), _off(gone), _off(told), _off(doing))
    # What has some of the words, or other ones, is no answer beside what has all that was typed.
    found = found if _off(found) == best else FoundIds(missing=found.missing)
    gone, told, doing = (one if _off(one) == best else Found() for one in (gone, told, doing))
    guides = index.find(asked(text), kinds={KIND}, per_page=MOST_HELP)
    named = removed_named(text, here.id)
    codes = _keys(found.ids)
    shelf = shelf_of(here)
    cells = cells_of(here.id, codes)
    chosen = _chosen(cells)
    rows = [row for row in shelf.of_codes(codes) if all(getattr(row, name) == chosen[name] for name in chosen)]
    page = page_of(len(rows), wanted(request.args), lambda limit, offset: rows[offset : offset + limit])
    meant = next((one.meant for one in (found, gone, told, doing) if one.meant), "")
    return Answers(
        listed=_marked(cards(page.items, shelf.rules, Hung(here.number)), meant or text),
        found=sum(cell.entries for cell in cells),
        facets=_facets(text, cells, chosen),
        planned=_planned(doing, here),
        removed=_marked(_removed(gone, named, here), meant or text),
        named=named[0] if named else None,
        notices=notice_queries.notices_by_ref(_keys(hit.id for hit in told.hits)),
        agencies=directory(Wanted(text=text), here.id, limit=FEW, offset=0),
        help=helped((hit.id for hit in guides.hits), asked(text), reading())[:FEW] if _off(guides) <= best else [],
        help_first=_off(guides) == 0 and best >= 2,
        page=page,
        meant=meant,
        loose=found.loose,
        missing=found.missing,
    )


def _marked(shown: Sequence[Card], asked: str) -> list[Card]:
    """The cards with what was asked for marked in their names."""
    marker = Marker(understood(asked))
    named = [(card, marker.marked(card.name)) for card in shown]
    marks = {True: Markup("<mark>{}</mark>"), False: Markup("{}")}
    return [replace(card, name=Markup("").join(marks[hit].format(part) for part, hit in name)) for card, name in named]


def _keys(ids: Iterable[str]) -> list[str]:
    """What names each document among those of its kind."""
    return [name.partition("/")[2] for name in ids]


def _off(found: Found | FoundIds) -> int:
    """How far an answer is from what was typed: all of it, what was probably meant, some of it, none."""
    if not (found.ids if isinstance(found, FoundIds) else found.hits):
        return 3
    return 2 if found.loose else 1 if found.meant else 0


def _chosen(cells: Sequence[Cell]) -> dict[str, str]:
    """The filters of the address that name something that was found; what else stands there is no filter."""
    given = {name: request.args.get(name, "") for name in SHOWN}
    return {name: value for name, value in given.items() if any(getattr(cell, name) == value for cell in cells)}


def _facets(text: str, cells: Sequence[Cell], chosen: dict[str, str]) -> list[dict[str, object]]:
    """The filters, each link with the words in its address."""
    asked = "?" + urlencode({"q": text})
    made = facets(cells, chosen) if cells else []
    for one in made:
        for option in cast(list[dict[str, str]], one["options"]):
            option["href"] = f"{asked}&{option['href'][1:]}".rstrip("&")
    return made


def _planned(found: Found, here: EditionFacts) -> list[Planned]:
    """Bundles first: they say what somebody wants to do."""
    bundles = bundles_coded(here.id, _keys(hit.id for hit in found.hits if hit.kind == "bundle"))
    acts = acts_numbered(here.id, _keys(hit.id for hit in found.hits if hit.kind == "act"))
    return [
        *(
            Planned(
                in_words(one.name_zh, one.name_en),
                in_words(one.summary_zh, one.summary_en),
                url_for("pages.plan", bundle=one.code),
            )
            for one in bundles
        ),
        *(
            Planned(
                in_words(one.name_zh, one.name_en),
                in_words(one.authority_zh, one.authority_en),
                url_for("pages.plan", act=one.id),
            )
            for one in acts
        ),
    ]


def _removed(found: Found, named: list[Removed], here: EditionFacts) -> list[Card]:
    """What is off the list: first what has exactly the name that was asked for."""
    first = {(one.name, one.act) for one in named}
    ids = [int(key) for key in _keys(hit.id for hit in found.hits) if key.isdecimal()]
    rows = editions.removed_by_id(ids)
    others = [rows[one] for one in ids if one in rows]
    shown = [*named, *(one for one in others if (one.name, one.act) not in first)]
    return [removed_card(one, here.number) for one in shown]
