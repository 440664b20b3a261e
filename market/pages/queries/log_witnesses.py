"""Cosignatures of witnesses that nobody here ever asked, or asks no more."""

from flask import current_app

from market.base.words import N_, register_sentences
from market.journal import queries
from market.journal.guarding import Log
from market.journal.rules.finding import Finding


def strangers_wrong() -> list[Finding]:
    """A finding for each name under cosignatures that the policy of this site does not know. One query."""
    site: Log = current_app.extensions["log"]
    return [
        Finding("finding.stranger", {"witness": name, "count": count}) for name, count in queries.strangers(site.policy)
    ]


register_sentences(
    {"finding.stranger": N_("{count} cosignatures are of {witness}, a witness that this site's policy does not name")}
)
