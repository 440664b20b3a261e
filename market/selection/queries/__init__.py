"""Read requests, quotes and awards.

Sealed quotes are kept sealed here: whatever reads other agencies' quotes asks `rules.opened` first.
"""

from market.selection.queries.notices import (
    NoticeDetail,
    NoticeFilter,
    NoticeRow,
    documents,
    latest_notices,
    notice_document,
    notice_of,
    notices,
)
from market.selection.queries.offers import Compared, compare, compared
from market.selection.queries.quotes import (
    MyQuote,
    Opportunity,
    QuoteRow,
    my_quote,
    opened_quotes,
    opportunities_for,
    quoted_by,
    standing_quote,
    standing_quotes,
)
from market.selection.queries.requests import (
    RequestRow,
    Shelf,
    award_of,
    due_refs,
    request_lock,
    request_of,
    request_open_to,
    requests_count,
    requests_of,
    sealed_count,
    shelf,
)

__all__ = [
    "Compared",
    "MyQuote",
    "NoticeDetail",
    "NoticeFilter",
    "NoticeRow",
    "Opportunity",
    "QuoteRow",
    "RequestRow",
    "Shelf",
    "award_of",
    "compare",
    "compared",
    "documents",
    "due_refs",
    "latest_notices",
    "my_quote",
    "notice_document",
    "notice_of",
    "notices",
    "opened_quotes",
    "opportunities_for",
    "quoted_by",
    "request_lock",
    "request_of",
    "request_open_to",
    "requests_count",
    "requests_of",
    "sealed_count",
    "shelf",
    "standing_quote",
    "standing_quotes",
]
