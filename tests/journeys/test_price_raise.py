"""A raise, or a schedule of one's own, through the chain: what was quoted and signed stands, to the last CHECK."""

from typing import Any

import pytest
from sqlalchemy import select, text

from market.agencies import actions, queries
from market.agencies.models import Agency
from market.agencies.rules import Counting, Fixed, Schedule, Step
from market.base.errors import Refusal
from market.catalogue.models import Edition
from market.catalogue.queries import entry_of
from market.contracts.models import ContractLine
from market.fees.models import FeeLine
from market.selection.models import QuoteLine
from market.store.db import db
from market.store.transaction import transaction
from tests import make
from tests.contracts.chain import make_contract, make_fee_note
from tests.guards.raw import columns_of, insert

pytestmark = pytest.mark.usefixtures("session")
OWN = Schedule((Step(1_000_000, 100_00, 2_00), Step(None, 0, 1_50)), Counting.PART)
# 100 yuan, 2 yuan for each of the first thousand units, 1.50 for each of the next two hundred.
CEILING = 100_00 + 1000 * 2_00 + 200 * 1_50


def raised(offer: make.MadeOffer, mark: Any) -> None:
    with transaction() as now:
        entry = entry_of(offer.service.code, db.session.get_one(Edition, offer.service.edition_id))
        given = actions.Marking(entry, {offer.service.fee_item_id: mark}, 10)
        actions.mark_price(db.session.get_one(Agency, offer.agency.id), given, actor=offer.agency.actor, now=now)


def rows(*models: type[Any]) -> list[Any]:
    found = [list(db.session.execute(select(model.__table__).order_by(model.id)).mappings()) for model in models]
    db.session.remove()
    return [[dict(row) for row in part] for part in found]


def test_a_raise_touches_no_quote_contract_or_fee_made_before_it() -> None:
    offer = make.make_offer(mark=Fixed(4_000_00))
    make_fee_note(contract=make_contract(offer=offer))
    before = rows(QuoteLine, ContractLine, FeeLine)
    assert [len(part) for part in before] == [1, 1, 1]
    raised(offer, Fixed(9_000_00))
    assert rows(QuoteLine, ContractLine, FeeLine) == before
    [row] = queries.offers_for(offer.service.entry_id)
    band = row.bands[offer.service.fee_item_id][0]
    forged = f"band_id = {band.id}, y0 = {band.y0}, amount_fen = 900000"
    # Not by the new price's band either: the contract's own is in the key.
    for table in ("contract_line", "fee_line"):
        with pytest.raises(Refusal), transaction():
            db.session.execute(text(f"UPDATE {table} SET {forged}"))


def test_an_own_schedule_is_the_ceiling_of_the_contract_and_of_every_fee() -> None:
    made = make_contract(offer=make.make_offer(mark=OWN), quantity="1200", reach="proposed")
    line = columns_of(ContractLine, made.line_ids[0])
    assert (line["amount_fen"], line["base_fen"]) == (CEILING, CEILING)
    dearer = {"amount_fen": CEILING + 1}
    for forged in (dearer, dearer | {"base_fen": CEILING + 1, "charge_base_fen": CEILING + 1}):
        with pytest.raises(Refusal) as refusal:
            insert(ContractLine, line | forged)
        assert str(refusal.value.facts.get("name", refusal.value.code)).startswith(("price_", "store."))
