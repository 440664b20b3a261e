"""Direct choice (直接选取): the owner who pays himself names one agency and takes its marked price.

An authority may not use it: it may name no agency, openly or in disguise (江苏省网上中介服务超市管理办法 art. 5).
"""

from collections.abc import Sequence

from market.base.errors import BadState, BreaksRule
from market.catalogue.rules import Payer
from market.selection.methods.outcome import Given, Outcome, QuoteFacts, Reason, SelectionMethod
from market.selection.rules import Method


def decide(quotes: Sequence[QuoteFacts], given: Given) -> Outcome:
    """The agency that the owner named; the reasons say where its price stands among all marked prices.

    Refuses `choice.agency_needed` (nobody named), `choice.no_price_there` (no marked price for this quantity) and
    `choice.price_changed` (the price is no longer the one the owner saw).
    """
    if given.agency_id is None:
        raise BreaksRule("choice.agency_needed")
    winner = next((quote for quote in quotes if quote.agency_id == given.agency_id), None)
    if winner is None:
        raise BreaksRule("choice.no_price_there")
    if given.seen_fen not in (None, winner.total_fen):
        raise BadState("choice.price_changed", agency=winner.agency, amount_fen=winner.total_fen)
    order = tuple(sorted(quotes, key=lambda quote: (quote.total_fen, quote.promised_days, quote.agency_id)))
    lower = sum(quote.total_fen < winner.total_fen for quote in order)
    facts: dict[str, str | int] = {"agency": winner.agency, "amount_fen": winner.total_fen, "count": len(order)}
    reason = Reason("reason.direct", {**facts, "lower": lower})
    return Outcome(winner, order, (reason,))


METHOD = SelectionMethod(
    Method.DIRECT,
    takes_quotes=False,
    needs_deadline=False,
    payers=frozenset({Payer.APPLICANT}),
    decide=decide,
)
