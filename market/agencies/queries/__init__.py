"""Read agencies, their papers, their marked prices, the directory and the grades."""

from market.agencies.queries.agencies import (
    Application,
    admitted_agency,
    agency_lock,
    agency_of,
    agency_or_none,
    application_lock,
    application_of,
    decided_lately,
    paper_of,
    papers_of,
    waiting_for_check,
)
from market.agencies.queries.directory import Listing, Wanted, directory, directory_size, grade_counts
from market.agencies.queries.offers import (
    MarkedEntry,
    OfferRow,
    markable_entries,
    offer_bands,
    offer_in_force,
    offer_of,
    offers_for,
    offers_of,
    reference_lines,
    rule_bands,
)
from market.agencies.queries.standing import standings_of
from market.agencies.queries.succession import Lapsed, Settled, to_settle, waiting_to_be_marked

__all__ = [
    "Application",
    "Lapsed",
    "Listing",
    "MarkedEntry",
    "OfferRow",
    "Settled",
    "Wanted",
    "admitted_agency",
    "agency_lock",
    "agency_of",
    "agency_or_none",
    "application_lock",
    "application_of",
    "decided_lately",
    "directory",
    "directory_size",
    "grade_counts",
    "markable_entries",
    "offer_bands",
    "offer_in_force",
    "offer_of",
    "offers_for",
    "offers_of",
    "paper_of",
    "papers_of",
    "reference_lines",
    "rule_bands",
    "standings_of",
    "to_settle",
    "waiting_to_be_marked",
    "waiting_for_check",
]
