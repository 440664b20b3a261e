"""The draw as pure law: ranking, seed, beacons and what they refuse; real rounds of drand are the test vectors."""

import hashlib
import json
from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.base import draw, merkle
from market.base.draw import bls
from market.base.errors import BreaksRule

ROUNDS = {  # as drand published them
    1000: (
        "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39",
        "fe290beca10872ef2fb164d2aa4442de4566183ec51c56ff3cd603d930e54fdd",
    ),
    657413: (
        "b713718a38ae728dfd477991af2822e08d2f305e47718cef9f7848ce4050e7be41076862b98fad56e91a6b85b89cd97b",
        "fc1873a13f3545aeade8401532ef5519920652eee6b0d2b19ca12643b87b3587",
    ),
}
_CODE = st.integers(0, 36**6).map(lambda number: f"{number:018d}")
_NONCE = st.integers(0, 2**128 - 1).map(lambda number: f"{number:032x}")
POOLS = st.dictionaries(_CODE, _NONCE, min_size=1, max_size=12).map(
    lambda found: [draw.Ticket(ticket, nonce) for ticket, nonce in found.items()]
)
SEEDS = st.binary(min_size=32, max_size=32)


def pool(*weights: int) -> list[draw.Ticket]:
    return [
        ticket
        for number, weight in enumerate(weights)
        for ticket in draw.tickets(f"{number:018d}", f"{number:032x}", weight=weight, most=5)
    ]


def seed(number: int) -> bytes:
    return hashlib.sha256(number.to_bytes(4, "big")).digest()


def test_the_root_is_that_of_rfc_6962():
    leaves = [merkle.leaf(bytes.fromhex(data)) for data in ("", "00", "10", "2021", "3031", "40414243")]
    assert merkle.root([]).hex() == hashlib.sha256(b"").hexdigest()
    assert merkle.root(leaves[:1]).hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert merkle.root(leaves[:3]).hex() == "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"
    assert merkle.root(leaves).hex() == "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"


def test_a_known_pool_and_round_give_a_known_ranking():
    entries = pool(*[1] * 7)
    randomness = draw.Drand(1000, ROUNDS[1000][0]).randomness()
    root = draw.pool_root(entries)
    found = draw.seed_of("RQ-2026-000041C", root, randomness)
    assert root.hex() == "f029c456cd1226743ca312143ea0df876533504c51931884ec0670eaa76b0fb8"
    assert found.hex() == "2101c4928957a63542cd2d94e985526ae26c252bc59096394444614aee8c6df1"
    assert [int(one.holder) for one in draw.ranking(entries, found)] == [3, 0, 1, 4, 5, 6, 2]
    assert draw.coefficient(found, range(95, 99)) == 95


@given(POOLS, SEEDS, st.randoms(use_true_random=False))
def test_the_ranking_does_not_depend_on_the_order_in_which_the_pool_is_read(entries, drawn, random):
    shuffled = random.sample(entries, len(entries))
    assert draw.ranking(shuffled, drawn) == draw.ranking(entries, drawn)
    assert draw.pool_root(shuffled) == draw.pool_root(entries)


@given(POOLS, SEEDS, st.data())
def test_striking_a_participant_leaves_the_order_of_the_others(entries, drawn, data):
    struck = data.draw(st.sampled_from(entries))
    before = [one.holder for one in draw.ranking(entries, drawn) if one.holder != struck.holder]
    assert [one.holder for one in draw.ranking([one for one in entries if one != struck], drawn)] == before


@given(POOLS, SEEDS, st.data())
def test_another_nonce_is_another_pool_and_another_seed(entries, randomness, data):
    changed = data.draw(st.sampled_from(entries))
    nonce = data.draw(_NONCE.filter(lambda one: one != changed.nonce))
    other = [one for one in entries if one != changed] + [draw.Ticket(changed.ticket, nonce)]
    assert draw.pool_root(other) != draw.pool_root(entries)
    assert draw.seed_of("A", draw.pool_root(other), randomness) != draw.seed_of(
        "A", draw.pool_root(entries), randomness
    )


@pytest.mark.parametrize(("weights", "limit"), [([1] * 7, 12.59), ([1, 1, 1, 1, 1, 3, 5], 12.59)])
def test_everybody_is_drawn_as_often_as_its_tickets_say(weights, limit):
    entries, draws = pool(*weights), 4000
    won = Counter(int(draw.ranking(entries, seed(number))[0].holder) for number in range(draws))
    expected = [draws * weight / sum(weights) for weight in weights]
    assert sum((won[who] - mean) ** 2 / mean for who, mean in enumerate(expected)) < limit


def test_coefficients_are_drawn_evenly():
    drawn = Counter(draw.coefficient(seed(number), range(95, 99)) for number in range(4000))
    assert set(drawn) == {95, 96, 97, 98}
    assert sum((count - 1000) ** 2 / 1000 for count in drawn.values()) < 7.81


@pytest.mark.parametrize(
    ("entries", "code"),
    [
        ([draw.Ticket("0" * 18, "0" * 32)] * 2, "draw.ticket_twice"),
        ([draw.Ticket("0" * 18, "0" * 32), draw.Ticket("0" * 18, "1" * 32)], "draw.ticket_twice"),
        ([draw.Ticket("0" * 17, "0" * 32)], "draw.ticket_malformed"),
        ([draw.Ticket("0" * 18, "0" * 31)], "draw.nonce_malformed"),
        ([draw.Ticket("0" * 18, "A" * 32)], "draw.nonce_malformed"),
        ([draw.Ticket("0" * 18 + "#2", "0" * 32)], "draw.ticket_gap"),
        ([draw.Ticket("0" * 18 + one, "0" * 32) for one in ("", "#1")], "draw.ticket_gap"),
    ],
)
def test_a_bad_pool_is_refused_by_name(entries, code):
    with pytest.raises(BreaksRule) as refused:
        draw.pool_root(entries)
    assert refused.value.code == code


@pytest.mark.parametrize("weight", [0, 6])
def test_a_weight_is_at_most_five(weight):
    with pytest.raises(BreaksRule, match=r"draw\.weight"):
        draw.tickets("0" * 18, "0" * 32, weight=weight, most=5)


def test_rounds_follow_from_the_time():
    assert draw.round_at(1776643200) == 27946612  # 2026-04-20T00:00:00Z, as published
    assert draw.time_of(27946612) == 1776643200
    assert draw.round_at(draw.time_of(5) + 2) == 5
    with pytest.raises(BreaksRule, match=r"beacon\.before_genesis"):
        draw.round_at(1692803366)


@pytest.mark.parametrize("number", ROUNDS)
def test_a_published_round_verifies(number):
    signature, randomness = ROUNDS[number]
    assert bls.verified(draw.Drand(number, signature)).hex() == randomness


def test_a_process_that_verified_a_beacon_still_refuses_a_file_of_nothing_but_brackets():
    signature, _randomness = ROUNDS[1000]
    bls.verified(draw.Drand(1000, signature))
    with pytest.raises(RecursionError):
        json.loads("[" * 100_000)


@pytest.mark.parametrize(
    ("number", "signature", "code"),
    [
        (1001, ROUNDS[1000][0], "beacon.signature_wrong"),
        (1000, ROUNDS[657413][0], "beacon.signature_wrong"),
        (1000, ROUNDS[1000][0][:-1] + "8", "beacon.signature_wrong"),  # no point of the curve, or of another sum
        (1000, "c0" + "0" * 94, "beacon.signature_wrong"),  # the point at infinity
        (1000, ROUNDS[1000][0][:-2], "beacon.signature_malformed"),
    ],
)
def test_a_signature_that_is_not_drands_is_refused(number, signature, code):
    with pytest.raises(BreaksRule) as refused:
        bls.verified(draw.Drand(number, signature))
    assert refused.value.code == code


RED = (1, 5, 9, 20, 28, 33)
TUESDAY = date(2026, 3, 3)


def test_a_lottery_result_gives_the_same_whatever_the_order_of_its_balls():
    one = draw.Lottery("2026022", RED, 7, TUESDAY)
    assert one.randomness() == draw.Lottery("2026022", RED[::-1], 7, TUESDAY).randomness()
    assert one.randomness() != draw.Lottery("2026022", RED, 8, TUESDAY).randomness()
    assert draw.bits_of(draw.BeaconKind.LOTTERY) == 24


@pytest.mark.parametrize(
    ("result", "code"),
    [
        (draw.Lottery("2026022", RED[:5], 7, TUESDAY), "beacon.lottery_malformed"),
        (draw.Lottery("2026022", (*RED[:5], 5), 7, TUESDAY), "beacon.lottery_malformed"),
        (draw.Lottery("2026022", (*RED[:5], 34), 7, TUESDAY), "beacon.lottery_malformed"),
        (draw.Lottery("2026022", RED, 17, TUESDAY), "beacon.lottery_malformed"),
        (draw.Lottery("26022", RED, 7, TUESDAY), "beacon.lottery_malformed"),
        (draw.Lottery("2026022", RED, 7, date(2026, 3, 4)), "beacon.lottery_day"),
        (draw.Lottery("2025022", RED, 7, TUESDAY), "beacon.lottery_day"),
    ],
)
def test_what_is_no_result_of_the_lottery_is_refused(result, code):
    with pytest.raises(BreaksRule) as refused:
        result.randomness()
    assert refused.value.code == code


SECRETS = {"甲": "1" * 64, "乙": "2" * 64}
COMMITTED = {by: draw.commitment("A", by, secret) for by, secret in SECRETS.items()}


def test_all_secrets_together_are_the_randomness():
    assert len(draw.Reveals("A", COMMITTED, SECRETS).randomness()) == 32


@pytest.mark.parametrize(
    ("draw_id", "commitments", "secrets", "code"),
    [
        ("A", COMMITTED, {"甲": "1" * 64}, "beacon.withheld"),
        ("A", COMMITTED, {**SECRETS, "乙": "3" * 64}, "beacon.wrong_secret"),
        ("B", COMMITTED, SECRETS, "beacon.wrong_secret"),
        ("A", {}, {}, "beacon.nobody_committed"),
        ("A", COMMITTED, {**SECRETS, "乙": "xyz"}, "beacon.secret_malformed"),
    ],
)
def test_who_withholds_or_changes_a_secret_is_named(draw_id, commitments, secrets, code):
    with pytest.raises(BreaksRule) as refused:
        draw.Reveals(draw_id, commitments, secrets).randomness()
    assert refused.value.code == code
    if code == "beacon.withheld":
        assert refused.value.facts["names"] == "乙"
