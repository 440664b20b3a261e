"""The buyer's form: a new request, and a draft written anew; one that was open while the list changed loses nothing."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from market.agencies.rules import EVERYWHERE
from market.base import clock
from market.base.errors import BadState, Gone, Refusal
from market.base.permissions import Permission
from market.selection import actions, queries
from market.selection.actions import Terms
from market.selection.forms import RequestForm, request_form
from market.selection.queries import Shelf
from market.selection.rules import Method, RequestState
from market.selection.views.blueprint import selection
from market.selection.views.editions import off_list_page
from market.store.transaction import transaction
from market.web.access import current_actor, needs

_PART = re.compile(r"(quantity|coefficient)_(\d{1,18})")


@selection.route("/desk/requests/new/<code>", methods=["GET", "POST"])
@needs(Permission.SELECTION_REQUEST_WRITE)
def new_request(code: str) -> ResponseReturnValue:
    """Write a request for a listed service; what is off the list is answered with the decision."""
    actor = current_actor()

    def write(terms: Terms) -> str:
        with transaction() as now:
            return actions.draft_request(code, terms, actor=actor, now=now).ref

    try:
        return _Desk(code, None).answer(_prefill, write)
    except Gone as gone:
        return off_list_page(code, gone)


@selection.route("/desk/requests/<ref>/edit", methods=["GET", "POST"])
@needs(Permission.SELECTION_REQUEST_WRITE)
def edit_request(ref: str) -> ResponseReturnValue:
    """Write a draft anew, by the edition in force."""
    actor = current_actor()
    draft = queries.request_of(actor, ref)
    if draft.state != RequestState.DRAFT:
        return redirect(url_for("selection.request_page", ref=ref))
    if request.method == "GET" and (merged := queries.sisters_of(ref)) is not None:
        return redirect(url_for("selection.edit_merged", ref=merged.ref))
    code, desk = draft.entry.code, _Desk(draft.entry.code, ref)

    def fill(form: RequestForm, shelf: Shelf) -> None:
        desk.changed = queries.difference(draft, clock.today())
        form.fill(draft, queries.counterparts(draft.entry, shelf.entry))

    def write(terms: Terms) -> str:
        with transaction(queries.request_lock(ref)) as now:
            actions.edit_draft(queries.request_of(actor, ref), terms, actor=actor, now=now)
            return ref

    try:
        return desk.answer(fill, write)
    except Gone as gone:
        return off_list_page(code, gone)


@dataclass
class _Desk:
    """The form of a service at work: for a new request, or for the draft of that reference."""

    code: str
    draft: str | None
    changed: queries.Difference | None = None

    def answer(self, fill: Callable[[RequestForm, Shelf], None], write: Callable[[Terms], str]) -> ResponseReturnValue:
        """Show the form, or write what was typed."""
        shelf = self._shelf()
        number = shelf.edition.number
        if request.method == "POST" and (opened := _opened_under()) not in (None, number):
            return self._again(shelf, opened)
        form = request_form(shelf)()
        if request.method == "GET":
            fill(form, shelf)
        if form.validate_on_submit():
            try:
                ref = write(form.terms())
                flash(_("The draft is saved. Look through it and publish it; nobody else sees it before."), "success")
                return redirect(url_for("selection.request_page", ref=ref))
            except Refusal as refusal:
                shelf = self._shelf()
                if shelf.edition.number != number:
                    return self._again(shelf, number)
                form.refuse(refusal)
        return self._page(form, shelf)

    def _shelf(self) -> Shelf:
        return queries.shelf(self.code, current_actor(), clock.today())

    def _again(self, shelf: Shelf, opened: int | None) -> ResponseReturnValue:
        """The form in the new edition's fee items with everything typed, and what changed above it."""
        old = queries.entry_then(self.code, opened or 0)
        same = queries.counterparts(old, shelf.entry) if old is not None else {}
        typed: MultiDict[str, str] = MultiDict()
        lost = []
        for name, value in request.form.items(multi=True):
            part = _PART.fullmatch(name)
            if part is None:
                typed.add(name, value)
            elif int(part[2]) in same:
                typed.add(f"{part[1]}_{same[int(part[2])].id}", value)
            elif part[1] == "quantity" and value.strip():
                lost.append(value.strip())
        form = request_form(shelf)(typed)
        form.refuse(BadState("request.edition_changed", edition=shelf.edition.number))
        self.changed = queries.difference_of(self.code, opened or 0, clock.today())
        return self._page(form, shelf, lost)

    def _page(self, form: RequestForm, shelf: Shelf, lost: list[str] | None = None) -> ResponseReturnValue:
        values = {"shelf": shelf, "draft": self.draft, "changed": self.changed, "lost": lost or []}
        return form.page("selection/request_form.html", **values)


def _opened_under() -> int | None:
    """The number of the edition under which the form was opened, as its page said."""
    given = request.form.get("edition", "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 10 else None


def _prefill(form: RequestForm, _shelf: Shelf) -> None:
    """What the item page's calculator asked for comes along in the address."""
    for item in form.items:
        for what in ("quantity", "coefficient"):
            field, given = form.part(what, item.id), request.args.get(f"{what}_{item.id}", "")[:40]
            if field is not None and given:
                field.data = given
    asked = request.args.get("region", "")
    # What the list does not offer there is compared nowhere, so that such an address was typed by hand.
    form.region.data = asked if asked in {code for code, _name in form.places} else EVERYWHERE
    if "agency" in request.args:
        form.method.data = str(Method.DIRECT)
