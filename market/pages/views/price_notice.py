"""The printable notice of one item, to hang at a counter: its price tag, what nobody may ask for, and a QR code."""

from flask import make_response, render_template, url_for
from flask.typing import ResponseReturnValue

from market.base import clock
from market.base.errors import NotFound
from market.pages import calculator
from market.pages.cards import in_words
from market.pages.qr import qr_code
from market.pages.queries import item as queries
from market.pages.queries.compare import totals
from market.pages.views.blueprint import pages, remember
from market.pages.views.item import card_of
from market.pages.views.item_shared import address_of, gone, marked_today
from market.web.access import public


@pages.get("/list/<code>/notice")
@public
def price_notice(code: str) -> ResponseReturnValue:
    """The notice for the quantities in the address; the QR code leads to the item's page with the same quantities."""
    try:
        facts = queries.item_facts(code, clock.today())
    except NotFound:
        return gone(code)
    remember(facts.edition)
    lines, marks = marked_today(facts)
    spread = calculator.spread_of(totals(marks))
    quantities = address_of(lines)
    answer = make_response(
        render_template(
            "pages/price_notice.html",
            facts=facts,
            entry=facts.entry,
            name=in_words(facts.entry.name_zh, facts.entry.name_en),
            act=in_words(facts.act.name_zh, facts.act.name_en),
            authority=in_words(facts.act.authority_zh, facts.act.authority_en),
            card=card_of(facts, lines, spread),
            address=quantities,
            qr=qr_code(url_for("pages.item", code=facts.entry.code, _external=True) + quantities),
            today=clock.today(),
        )
    )
    # It says what the item's page says: a search engine that led here would lead to paper.
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
