"""Make what a test needs: `make_agency()`, `make_listed_service(price="guided")`, `make_offer()`.

Every function is keyword-only with defaults, opens its own transaction (never call one inside another), commits, and
returns plain facts (ids, references, an Actor), because the session forgets its objects at the end of a transaction.
Everything made is visibly fictitious.
"""

from market.base.pricing import AUTHORITY
from tests.make.agencies import (
    PROFILE,
    MadeAgency,
    MadeOffer,
    make_agency,
    make_offer,
    make_paper,
    pass_filing,
    register_agency,
)
from tests.make.grades import make_grades
from tests.make.ground import refuses
from tests.make.listing import (
    FIRST_DAY,
    PRICES,
    Listed,
    list_lines,
    make_edition,
    make_listed_service,
    make_real_list,
    publish_edition,
)
from tests.make.people import PASSWORD, Person, make_department, make_enterprise, make_person, make_uscc

__all__ = [
    "AUTHORITY",
    "FIRST_DAY",
    "Listed",
    "MadeAgency",
    "MadeOffer",
    "PASSWORD",
    "PRICES",
    "PROFILE",
    "Person",
    "list_lines",
    "make_agency",
    "make_department",
    "make_edition",
    "make_enterprise",
    "make_grades",
    "make_listed_service",
    "make_offer",
    "make_paper",
    "make_person",
    "make_real_list",
    "make_uscc",
    "pass_filing",
    "publish_edition",
    "refuses",
    "register_agency",
]
