"""What the last verification of the whole log found: for every page, for /healthz and for who supervises."""

from typing import Any

from flask import current_app, url_for
from flask_babel import gettext as _

from market.base.people import Actor
from market.base.words import SENTENCES
from market.journal.guarding import Log, Verification
from market.journal.rules.finding import Finding
from market.pages.waits import Group, Today, Wait
from market.web.labels import labels, sentence


def last_verification() -> Verification | None:
    """What was found and when; None before the first one. Costs no query."""
    site: Log = current_app.extensions["log"]
    return site.verification()


def found_wrong() -> int:
    """How many things the last verification found wrong."""
    known = last_verification()
    return known.count if known else 0


def in_a_word() -> str:
    """`right`, `wrong`, `never`, or `outdated`: right, but of a log that this database does not have any more."""
    known, site = last_verification(), current_app.extensions["log"]
    if known is None:
        return "never"
    return "wrong" if known.count else "outdated" if site.verdict() else "right"


def cases(_actor: Actor, _today: Today) -> Group:
    """Everything that the last verification found wrong, a case each."""
    known, href = last_verification(), url_for("pages.log", _anchor="verification")
    waits = (
        [Wait(_("What the log says and what the tables say differ"), told(one), href, _("Look")) for one in known.wrong]
        if known
        else []
    )
    return Group(_("Found wrong by the verification of the log"), href, waits)


def told(finding: Finding) -> str:
    """The finding in the reader's language; its code alone where this version of the site has no sentence for it."""
    if finding.code not in SENTENCES:
        return finding.code
    return sentence(finding.code, {name: _fact(name, value) for name, value in finding.facts.items()})


def _fact(name: str, value: Any) -> Any:
    """An act with its words beside its name, a part by its own sentence, a dash for what a column does not hold."""
    if isinstance(value, Finding):
        return told(value)
    if name == "act" and (words := labels().get(f"deed.{value}")):
        return _("%(act)s “%(words)s”", act=value, words=words)
    return "—" if value is None else value
