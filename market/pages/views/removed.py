"""What is not on the list: all of it, and each item with the decision that took it off and what follows from it."""

from flask import render_template
from flask.typing import ResponseReturnValue

from market.oversight.queries import answered_about_removed
from market.pages.cards import removed_card
from market.pages.queries import editions
from market.pages.queries.removed import removed_facts
from market.pages.views.blueprint import in_force, pages
from market.web.access import public


@pages.get("/list/removed")
@public
def removed() -> ResponseReturnValue:
    """What is not on the list, with the decision that took it off."""
    here = in_force()
    found = [removed_card(item, here.number) for item in editions.not_listed(here.id)]
    return render_template("pages/removed.html", edition=here, cards=found)


@pages.get("/list/removed/<int:number>")
@public
def removed_item(number: int) -> ResponseReturnValue:
    """One item off the list: its decision, what the handling means for whoever is asked for it, and the report."""
    facts = removed_facts(number)
    asked = answered_about_removed(facts.item.name, facts.item.act)
    return render_template("pages/removed_item.html", facts=facts, item=facts.item, asked_about=asked)
