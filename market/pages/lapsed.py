"""What waits at an agency's desk when the list changed: prices that the edition in force did not take over."""

from flask import url_for
from flask_babel import gettext as _

from market.agencies.queries import agency_or_none, waiting_to_be_marked
from market.base.people import Actor
from market.catalogue.queries import edition_in_force_or_none
from market.pages.cards import in_words
from market.pages.waits import Group, Today, Wait
from market.web.labels import labels


def prices_to_mark(actor: Actor, today: Today) -> Group:
    """Services still listed for which the agency's price lapsed and none was marked since."""
    agency, edition = agency_or_none(actor), edition_in_force_or_none(today.day)
    rows = waiting_to_be_marked(agency.id, edition.id) if agency is not None and edition is not None else []
    words, act = labels(), _("Mark anew")
    waits = [
        Wait(
            f"{row.code} {in_words(row.name_zh, row.name_en)}",
            words[f"succession.{row.outcome}"],
            url_for("agencies.mark", code=row.code),
            act,
        )
        for row in rows
    ]
    return Group(_("Prices to mark anew"), url_for("agencies.offers"), waits)
