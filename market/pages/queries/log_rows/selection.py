"""Awards, which are acts on their request's name."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Row, select

from market.base.words import N_, register_sentences
from market.journal.queries.checking import Act, of_acts
from market.journal.rules.finding import Finding
from market.pages.queries.log_words import UNKNOWN, Thing, unlike
from market.selection.models import Award, Quote, Request
from market.selection.rules import AWARD, AwardState
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
    query = (
        select(
            Request.ref, Award.ref.label("award"), Award.state, Award.decided_at, Award.agency_id, Award.reasons,
            Quote.ref.label("quote"), Quote.agency_id.label("quoted_by"), Quote.request_id == Award.request_id,
        )
        .select_from(Award)
        .join(Request, Request.id == Award.request_id)
        .outerjoin(Quote, Quote.id == Award.quote_id)
        .order_by(Award.id)
    )  # fmt: skip
    for row in db.session.execute(query).yield_per(_PART):
        place, seen[row.ref] = seen[row.ref], seen[row.ref] + 1
        acts = awarded[row.ref][place : place + 1]
        state = AwardState.VOID if place < refused[row.ref] else AwardState.ACTIVE
        yield from _compared(row, {**_told(acts[0]), "state": state} if acts else None)
    for ref, acts in awarded.items():
        yield from (Finding("finding.no_award", {"obj": one.obj, "act": one.act}) for one in acts[seen[ref] :])


def _told(act: Act) -> dict[str, Any]:
    told = act.payload or {}
    return {
        "ref": told.get("award", UNKNOWN),
        "decided_at": act.t,
        "agency": told.get("winner", UNKNOWN),
        "quote": told.get("quote", UNKNOWN),
        "reasons": told.get("reasons", UNKNOWN),
    }


def _compared(row: Row[*tuple[Any, ...]], said: Mapping[str, Any] | None) -> Iterator[Finding]:
    about = Thing(f"award/{row.award}", AWARD.name)
    is_ = {
        "state": row.state,
        "ref": row.award,
        "decided_at": row.decided_at,
        "agency": row.agency_id,
        "quote": row.quote,
        "reasons": row.reasons,
    }
    yield from unlike(about, is_, said)
    if (row.quoted_by, row[-1]) != (row.agency_id, True):
        yield about.finding("finding.award_of_other_quote", {})


register_sentences(
    {
        "finding.no_award": N_("an award on {obj}: the table says 'not there', the log '{act}'"),
        "finding.award_of_other_quote": N_("{name}: its quote is not one of its agency on its request"),
    }
)
