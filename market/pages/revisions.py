"""Entries of the list in force that rest on a repealed law, on the desk of whoever drafts the next edition."""

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from market.base.people import Actor
from market.catalogue.queries.bases import repealed_and_cited
from market.pages.waits import Group, Today, Wait


def entries_under_revision(_actor: Actor, today: Today) -> Group:
    """Each repealed law with how many entries of the list in force still cite it."""
    waits = [
        Wait(
            f"《{title}》",
            ngettext("repealed; %(num)d entry cites it", "repealed; %(num)d entries cite it", count),
            url_for("bases_desk.basis", basis_id=basis),
            _("Look"),
        )
        for basis, title, count in repealed_and_cited(today.day)
    ]
    return Group(_("Legal bases under revision"), url_for("bases_desk.register"), waits)
