"""Quotes and sign-ups that are not what the acts say that made them.

A quote is made by an act of its own, by an agency's sign-up for a draw, or by a direct choice; each says the terms in
its private part. Quotes may be sealed, and who takes part in a draw: a finding names no agency and no amount.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from market.base.draw import canonical
from market.journal.queries.checking import Act, of_acts
from market.journal.rules.finding import Finding
from market.pages.queries.log_words import UNKNOWN, Thing, in_log_only, in_table_only, otherwise, unlike
from market.selection.models import Draw, Quote, SignUp
from market.selection.queries.bound import BoundQuote, bound_quotes
from market.selection.rules import QUOTE, QuoteOrigin, QuoteState
from market.store.db import db

_PART = 10_000
_SIGN_UP = "draw.sign_up"
_ACTS = ("quote.submit", "quote.withdraw", _SIGN_UP, "draw.withdraw", "request.award")


@dataclass(slots=True)
class _Said:
    """By quote: when it was made and with which terms (packed; None where they are lost), and when it was taken back.
    By the reference of a request: where an act has lost which quote it made, or which it took back. By the leaf of an
    act on another thing: the quote that it makes.
    """

    made: dict[str, tuple[datetime, bytes | None]] = field(default_factory=dict)
    left: dict[str, datetime] = field(default_factory=dict)
    made_lost: set[str] = field(default_factory=set)
    left_lost: set[str] = field(default_factory=set)
    makes: dict[str, str] = field(default_factory=dict)

    def play(self, act: Act) -> None:
        """Play one act."""
        ref, told = act.obj.partition("/")[2], act.payload or {}
        if act.act == "quote.submit":
            self.made[ref] = act.t, _packed(told) if "lines" in told else None
        elif act.act == "quote.withdraw":
            self.left[ref] = act.t
        elif act.act == "draw.withdraw":
            self._leave(ref, told.get("receipt", ""), act.t)
        elif "quote" not in told:
            self.made_lost.add(ref)
        elif act.act == _SIGN_UP or "terms" in told:
            # An award says the terms only of a quote that it makes.
            self.made[told["quote"]] = act.t, _packed(told["terms"]) if "terms" in told else None
            self.makes[act.leaf] = told["quote"]

    def _leave(self, ref: str, receipt: str, t: datetime) -> None:
        quote = self.makes.get(receipt)
        if quote is None:
            self.left_lost.add(ref)
        else:
            self.left[quote] = t


def differing_quotes() -> Iterator[Finding]:
    """Quotes whose terms or times are not those of their acts, and quotes of a marked price that no act made or that
    only an act knows. Of marked prices only who leaves a draw in time withdraws one. Two queries.
    """
    said = _Said()
    for act in of_acts(_ACTS):
        said.play(act)
    # Of those that were handed in `log_states` tells.
    gone = set(said.makes.values())
    for quote in bound_quotes():
        gone.discard(quote.ref)
        yield from _compared(quote, said)
    yield from (in_log_only(_thing(ref), QuoteState.STANDING) for ref in sorted(gone))


def _compared(quote: BoundQuote, said: _Said) -> Iterator[Finding]:
    marked, about = quote.origin == QuoteOrigin.MARKED, _thing(quote.ref)
    if quote.ref not in said.made:
        if marked and quote.request not in said.made_lost:
            yield in_table_only(about, quote.state)
        return
    made_at, terms = said.made[quote.ref]
    if terms is not None and terms != _packed(quote.terms):
        yield from otherwise(about, quote.terms, {**dict.fromkeys(quote.terms, UNKNOWN), **json.loads(terms)})
    row: dict[str, Any] = {"submitted_at": quote.submitted_at}
    told: dict[str, Any] = {"submitted_at": made_at}
    left = said.left.get(quote.ref)
    if left is not None or quote.request not in said.left_lost:
        row["withdrawn_at"], told["withdrawn_at"] = quote.withdrawn_at, left
        if marked:
            row["state"], told["state"] = quote.state, QuoteState.WITHDRAWN if left else QuoteState.STANDING
    yield from unlike(about, row, told)


def differing_sign_ups() -> Iterator[Finding]:
    """Sign-ups of another agency or with another quote than their acts say. Two queries."""
    said = {act.leaf: act.payload or {} for act in of_acts((_SIGN_UP,))}
    query = (
        select(
            Draw.ref, SignUp.receipt, SignUp.agency_id, SignUp.request_id == Draw.request_id, Quote.ref,
            Quote.agency_id, Quote.request_id == Draw.request_id,
        )
        .select_from(SignUp)
        .join(Draw, Draw.id == SignUp.draw_id)
        .outerjoin(Quote, Quote.id == SignUp.quote_id)
        .order_by(SignUp.id)
    )  # fmt: skip
    for ref, receipt, agency, of_request, quote, quoted_by, quoted_there in db.session.execute(query).yield_per(_PART):
        told = said.get(receipt, {})
        about = Thing(f"draw/{ref}: sign-up {receipt[:16]}", "sign_up")
        row = {"agency": agency, "quote": quote}
        wanted = {"agency": told.get("agency", quoted_by), "quote": told.get("quote", quote if quoted_there else None)}
        yield from otherwise(about, {**row, "request": bool(of_request)}, {**wanted, "request": True})


def _packed(terms: Mapping[str, Any]) -> bytes:
    """Terms as short as they can be kept for every quote there is; who acted is none of them."""
    return canonical({name: value for name, value in terms.items() if name != "by"})


def _thing(ref: str) -> Thing:
    return Thing(f"quote/{ref}", QUOTE.name)
