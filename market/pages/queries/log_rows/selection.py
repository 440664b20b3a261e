"""Awards, which are acts on their request's name, and prices taken at a direct choice, which live by the award."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select

from market.base.words import N_, register_sentences
from market.journal.queries.checking import Act, of_acts
from market.journal.rules.finding import Finding
from market.pages.queries.log_words import UNKNOWN, Thing, unlike
from market.selection.models import Award, Quote, Request
from market.selection.rules import AWARD, QUOTE, AwardState, QuoteOrigin, QuoteState
from market.store.db import db

_PART = 10_000


def differing_awards() -> Iterator[Finding]:
    """Awards that are not what the acts lead to: a refusal after a draw gives up the one that stands. Two queries."""
    awarded, refused = defaultdict[str, list[Act]](list), Counter[str]()
    for act in of_acts(("request.award", "request.award_next", "draw.refuse")):
        _kind, _, ref = act.obj.partition("/")
        if act.act == "draw.refuse":
            refused[ref] += 1
        else:
            awarded[ref].append(act)
    seen = Counter[str]()
    query = select(Request.ref, Award.ref, Award.state, Award.decided_at).join(Request, Request.id == Award.request_id)
    for ref, award, state, decided_at in db.session.execute(query.order_by(Award.id)).yield_per(_PART):
        place, seen[ref] = seen[ref], seen[ref] + 1
        acts = awarded[ref][place : place + 1]
        said = None
        if acts:
            name = (acts[0].payload or {}).get("award", UNKNOWN)
            should = AwardState.VOID if place < refused[ref] else AwardState.ACTIVE
            said = {"state": should, "ref": name, "decided_at": acts[0].t}
        row = {"state": state, "ref": award, "decided_at": decided_at}
        yield from unlike(Thing(f"award/{award}", AWARD.name), row, said)
    for ref, acts in awarded.items():
        yield from (Finding("finding.no_award", {"obj": one.obj, "act": one.act}) for one in acts[seen[ref] :])


def differing_marked_quotes() -> Iterator[Finding]:
    """Quotes made of a marked price: only who leaves a draw in time withdraws one. Two queries."""
    signed_up, left, lost = dict[str, str](), dict[str, datetime](), set[str]()
    for act in of_acts(("draw.sign_up", "draw.withdraw")):
        told = act.payload or {}
        if act.act == "draw.sign_up":
            signed_up[act.leaf] = told.get("quote", "")
        elif quote := signed_up.get(told.get("receipt", ""), ""):
            left[quote] = act.t
        else:
            lost.add(act.obj)
    query = select(Request.ref, Quote.ref, Quote.state, Quote.withdrawn_at).where(Quote.origin == QuoteOrigin.MARKED)
    for ref, quote, state, withdrawn_at in db.session.execute(
        query.join(Request, Request.id == Quote.request_id).order_by(Quote.id)
    ).yield_per(_PART):
        if quote not in left and f"draw/{ref}" in lost:
            continue
        said = QuoteState.WITHDRAWN if quote in left else QuoteState.STANDING
        row = {"state": state, "withdrawn_at": withdrawn_at}
        yield from unlike(Thing(f"quote/{quote}", QUOTE.name), row, {"state": said, "withdrawn_at": left.get(quote)})


register_sentences({"finding.no_award": N_("an award on {obj}: the table says 'not there', the log '{act}'")})
