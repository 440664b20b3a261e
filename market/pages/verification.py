"""What the last verification of the whole log found: for every page, for /healthz and for who supervises."""

from flask import current_app, url_for
from flask_babel import gettext as _

from market.base.people import Actor
from market.journal.guarding import Log, Verification
from market.pages.waits import Group, Today, Wait


def last_verification() -> Verification | None:
    """What was found and when; None before the first one. Costs no query."""
    site: Log = current_app.extensions["log"]
    return site.verification()


def found_wrong() -> int:
    """How many things the last verification found wrong."""
    known = last_verification()
    return known.count if known else 0


def in_a_word() -> str:
    """`right`, `wrong`, or `never`."""
    known = last_verification()
    return "never" if known is None else "wrong" if known.count else "right"


def cases(_actor: Actor, _today: Today) -> Group:
    """Everything that the last verification found wrong, a case each."""
    known, href = last_verification(), url_for("pages.log", _anchor="verification")
    waits = (
        [Wait(_("What the log says and what the tables say differ"), line, href, _("Look")) for line in known.wrong]
        if known
        else []
    )
    return Group(_("Found wrong by the verification of the log"), href, waits)
