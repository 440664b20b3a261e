"""Lowest valid quote (竞价选取): the lowest total wins; of equal totals, the one that was sent first.

Source of the method: the bidding rule of the Haizhou portal (选取规则), lowest price within the limits. Its tie is
settled by a draw; this house takes the earlier quote: docs/decisions/equal-lowest-quotes.md.
"""

from collections.abc import Sequence

from market.base.clock import CHINA
from market.catalogue.rules import Payer
from market.selection.methods.outcome import Given, Outcome, QuoteFacts, Reason, SelectionMethod
from market.selection.rules import Method


def decide(quotes: Sequence[QuoteFacts], _given: Given) -> Outcome:
    """The lowest total; no quote, no winner. The order does not depend on the order of `quotes`."""
    order = tuple(sorted(quotes, key=lambda quote: (quote.total_fen, quote.submitted_at, quote.agency_id)))
    if not order:
        return Outcome(None, (), (Reason("reason.no_quotes"),))
    winner = order[0]
    facts: dict[str, str | int] = {"agency": winner.agency, "amount_fen": winner.total_fen, "count": len(order)}
    reasons = [Reason("reason.lowest" if len(order) > 1 else "reason.only_quote", facts)]
    equal = sum(quote.total_fen == winner.total_fen for quote in order)
    if equal > 1:
        sent = winner.submitted_at.astimezone(CHINA).isoformat(sep=" ", timespec="milliseconds").removesuffix("+08:00")
        reasons.append(Reason("reason.equal_earlier", {"agency": winner.agency, "count": equal, "sent": sent}))
    return Outcome(winner, order, tuple(reasons))


METHOD = SelectionMethod(
    Method.LOWEST_QUOTE,
    takes_quotes=True,
    needs_deadline=True,
    payers=frozenset({Payer.APPLICANT, Payer.AUTHORITY}),
    decide=decide,
)
