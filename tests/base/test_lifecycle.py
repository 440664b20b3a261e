"""State tables: every move that is not in the table is refused."""

from itertools import product

import pytest

from market.agencies.rules import AGENCY, OFFER
from market.base.errors import BadState
from market.base.lifecycle import Lifecycle, Move
from market.catalogue.rules import EDITION
from market.contracts.rules import CONTRACT
from market.evaluation.rules import ROUND
from market.fees.rules import FEE_NOTE
from market.selection.rules import AWARD, QUOTE, REQUEST

TABLES = (AGENCY, AWARD, CONTRACT, EDITION, FEE_NOTE, OFFER, QUOTE, REQUEST, ROUND)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_only_the_moves_of_the_table_are_possible(table: Lifecycle) -> None:
    listed = {(source, move.event): move.target for move in table.moves for source in move.sources}
    events = {move.event for move in table.moves} | {"invented"}
    for state, event in product(table.states, events):
        if (state, event) in listed:
            assert table.step(state, event) == listed[state, event]
            assert table.allows(state, event)
        else:
            assert not table.allows(state, event)
            with pytest.raises(BadState) as refused:
                table.step(state, event)
            assert refused.value.code == "lifecycle.no_such_move"


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_state_can_be_reached(table: Lifecycle) -> None:
    reached, before = {table.states[0]}, set()
    while reached != before:
        before = set(reached)
        reached |= {move.target for move in table.moves if reached & set(move.sources)}
    assert reached == set(table.states)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_state_and_an_event_lead_to_one_place(table: Lifecycle) -> None:
    pairs = [(source, move.event) for move in table.moves for source in move.sources]
    assert len(pairs) == len(set(pairs))


def test_a_table_that_names_an_unknown_state_is_no_table() -> None:
    with pytest.raises(ValueError, match="unknown states"):
        Lifecycle("thing", ("a",), (Move("go", ("a",), "b"),))
