"""Random selection (随机抽取): agencies sign up at their marked price, and a public beacon ranks them.

Nobody has a say in it, the owner included. The ranking is the draw's (`base/draw`); of those whose quotes still stand
the first in it is selected, so that whoever refuses is replaced by the next without a new draw.
"""

from collections.abc import Sequence

from market.catalogue.rules import Payer
from market.selection.methods.outcome import Given, Outcome, QuoteFacts, Reason, SelectionMethod
from market.selection.rules import Method


def decide(quotes: Sequence[QuoteFacts], given: Given) -> Outcome:
    """The first of `given.ranking` that has not refused; nobody left, no winner."""
    by_agency = {quote.agency_id: quote for quote in quotes}
    order = tuple(by_agency[agency] for agency in given.ranking if agency in by_agency)
    if len(order) <= given.refused:
        return Outcome(None, order, (Reason("reason.all_refused", {"count": len(order)}),))
    winner = order[given.refused]
    facts: dict[str, str | int] = {"agency": winner.agency, "rank": given.refused + 1, "count": len(order)}
    reasons = [Reason("reason.drawn", {**facts, "amount_fen": winner.total_fen})]
    if given.refused:
        gone = "、".join(quote.agency for quote in order[: given.refused])
        reasons.append(Reason("reason.next_rank", {"gone": gone}))
    return Outcome(winner, order, tuple(reasons))


METHOD = SelectionMethod(
    Method.RANDOM,
    takes_quotes=False,
    needs_deadline=True,
    payers=frozenset({Payer.APPLICANT, Payer.AUTHORITY}),
    decide=decide,
    draws=True,
)
