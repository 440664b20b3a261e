"""Rows whose state is not the one their acts lead to, where an act's name alone does not tell of which row it is.

`log_states` plays what can be played from leaves alone. Here are the tables that need more: the order of acts on their
parent's name, or the private part of an act. What only an erased private part knew is never called wrong.
"""

from market.base.words import N_, register_sentences
from market.journal.queries.checking import survived
from market.journal.rules.finding import Finding
from market.pages.queries.log_rows.agencies import differing_agencies
from market.pages.queries.log_rows.lottery import differing_lottery
from market.pages.queries.log_rows.offers import differing_offers
from market.pages.queries.log_rows.quotes import differing_quotes, differing_sign_ups
from market.pages.queries.log_rows.requests import differing_requests
from market.pages.queries.log_rows.selection import differing_awards
from market.pages.queries.log_rows.uploads import differing_uploads

_PARTS = {
    "finding.agencies": differing_agencies,
    "finding.offers": differing_offers,
    "finding.awards": differing_awards,
    "finding.requests": differing_requests,
    "finding.quotes": differing_quotes,
    "finding.sign_ups": differing_sign_ups,
    "finding.lottery": differing_lottery,
    "finding.uploads": differing_uploads,
}


def differing_rows() -> list[Finding]:
    """What differs in these tables; each is compared whatever becomes of the others.

    About twenty-five queries, however many rows there are, and two for each settlement of a new edition.
    """
    return [found for name, check in _PARTS.items() for found in survived(Finding(name), check)]


register_sentences(
    {
        "finding.agencies": N_("the agencies, their filings and what is on record"),
        "finding.offers": N_("the marked prices"),
        "finding.awards": N_("the awards"),
        "finding.requests": N_("the terms of requests"),
        "finding.quotes": N_("the quotes and their prices"),
        "finding.sign_ups": N_("the sign-ups for draws"),
        "finding.lottery": N_("the results of the lottery"),
        "finding.uploads": N_("the files handed in"),
    }
)

__all__ = ["differing_rows"]
