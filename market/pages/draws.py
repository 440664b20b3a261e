"""Decisions on draws that wait for a second person."""

from flask import url_for
from flask_babel import gettext as _

from market.base.people import Actor
from market.pages.waits import Group, Today, Wait
from market.selection.queries.draws import all_proposed
from market.web.labels import labels


def draw_decisions(actor: Actor, _today: Today) -> Group:
    """What somebody else proposed; who proposed cannot confirm."""
    words = labels()
    waits = [
        Wait(words[f"decision.{row.decision}"], ref, url_for("selection.draw_witness", ref=ref), _("Confirm"))
        for ref, row in all_proposed()
        if row.asked_by != actor.id
    ]
    return Group(_("Decisions on draws to confirm"), url_for("selection.draw_desk"), waits)
