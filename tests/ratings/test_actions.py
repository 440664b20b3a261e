"""One job, one rating, by its buyer, after acceptance; and what is read of them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from market.base.errors import Refusal
from market.journal.queries import history
from market.notices.queries import inbox
from market.ratings import actions, queries
from market.ratings.rules import Given
from market.store.transaction import transaction
from tests.contracts.chain import COMMENT, MadeContract, levels, loaded, make_contract, make_rating
from tests.make import make_agency, make_enterprise, make_offer

pytestmark = pytest.mark.usefixtures("session")


def refused(code: str, made: MadeContract, given: Given, actor: Any = None) -> None:
    with pytest.raises(Refusal) as refusal, transaction() as now:
        actions.rate(loaded(made), given, actor=actor or made.buyer.actor, now=now)
    assert refusal.value.code == code


@pytest.mark.parametrize("reach", ["in_service", "delivered"])
def test_a_job_is_rated_only_after_acceptance(reach: str) -> None:
    refused("rating.not_accepted", make_contract(reach=reach), Given(levels(4), ""))


def test_a_job_is_rated_once_by_its_buyer() -> None:
    made = make_contract()
    for stranger in (made.agency, make_enterprise()):
        refused("contract.not_found", made, Given(levels(4), ""), stranger.actor)
    refused("rating.comment_needed", made, Given(levels(5), "好"))
    ref = make_rating(contract=made)
    refused("rating.exists", made, Given(levels(4), ""))
    assert [row.act for row in history(f"rating/{ref}")] == ["rating.rate"]
    assert inbox(made.agency.organisation_id, 1)[0].code == "notice.rating.received"


def test_an_accepted_job_waits_for_its_rating() -> None:
    made = make_contract()
    assert [one.ref for one in queries.unrated(made.buyer.actor)] == [made.ref]
    assert queries.unrated(made.agency.actor) == []
    make_rating(contract=made)
    assert queries.unrated(made.buyer.actor) == []


def test_summaries_of_many_agencies_take_one_query(query_counter: Any) -> None:
    first = make_contract()
    make_rating(contract=first, given=levels(5, 4, 3, 4, 4))
    for _ in range(4):
        make_rating(contract=make_contract(offer=first.award.offer, buyer=first.buyer), given=levels(4))
    other = make_contract()
    make_rating(contract=other)
    ids = [first.agency.id, other.agency.id, make_agency().id]
    with query_counter() as counted:
        made = queries.summaries(ids)
    assert counted.count == 1
    assert set(made) == {first.agency.id, other.agency.id}
    assert made[other.agency.id].mean_milli is None and made[other.agency.id].n == 1
    assert made[first.agency.id].mean_milli == 4000
    assert made[first.agency.id].means_milli == {
        "quality": 4200, "timeliness": 4000, "attitude": 3800, "charge": 4000, "norms": 4000,
    }  # fmt: skip
    shown = queries.ratings_of(first.agency.id, limit=2)
    assert len(shown) == 2 and queries.count_of_agency(first.agency.id) == 5
    oldest = queries.ratings_of(first.agency.id, limit=1, offset=4)[0]
    assert oldest.levels == levels(5, 4, 3, 4, 4) and oldest.mean_milli == 4000 and oldest.comment == COMMENT
    assert oldest.buyer == first.buyer.organisation_name and oldest.service_zh == first.award.offer.service.name


def test_a_rating_belongs_to_the_year_in_which_it_was_given_in_china(at: Any) -> None:
    offer = make_offer()
    made = [make_contract(offer=offer) for _ in range(3)]
    # The year 2025 ends in China at 16:00 UTC of 31 December.
    for contract, moment in zip(
        made,
        (
            datetime(2024, 12, 31, 16, 0, tzinfo=UTC),
            datetime(2025, 12, 31, 15, 59, 59, tzinfo=UTC),
            datetime(2025, 12, 31, 16, 0, tzinfo=UTC),
        ),
        strict=True,
    ):
        at(moment)
        make_rating(contract=contract)
    assert [len(queries.ratings_in_year(year)) for year in (2024, 2025, 2026)] == [0, 2, 1]
    assert queries.levels_of(queries.ratings_in_year(2026)[0]) == levels(4)
