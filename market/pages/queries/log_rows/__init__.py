"""Rows whose state is not the one their acts lead to, where an act's name alone does not tell of which row it is.

`log_states` plays what can be played from leaves alone. Here are the tables that need more: the order of acts on their
parent's name, or the private part of an act. What only an erased private part knew is never called wrong.
"""

from market.journal.rules.finding import Finding
from market.pages.queries.log_rows.agencies import differing_agencies
from market.pages.queries.log_rows.lottery import differing_lottery
from market.pages.queries.log_rows.offers import differing_offers
from market.pages.queries.log_rows.quotes import differing_quotes, differing_sign_ups
from market.pages.queries.log_rows.requests import differing_requests
from market.pages.queries.log_rows.selection import differing_awards
from market.pages.queries.log_rows.uploads import differing_uploads


def differing_rows() -> list[Finding]:
    """What differs in these tables.

    About twenty-five queries, however many rows there are, and two for each settlement of a new edition.
    """
    return [
        *differing_agencies(),
        *differing_offers(),
        *differing_awards(),
        *differing_requests(),
        *differing_quotes(),
        *differing_sign_ups(),
        *differing_lottery(),
        *differing_uploads(),
    ]


__all__ = ["differing_rows"]
