"""An own schedule says what its rows say, to the fen, and the database lets no row overlap or leave a gap."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from market.agencies import queries
from market.agencies.models import OfferBand
from market.agencies.rules import (
    ByBand,
    Counting,
    Fixed,
    NewRule,
    Percent,
    PerUnit,
    Schedule,
    Step,
    mark_of,
    nearest_mark,
    schedule_lines,
)
from market.base.money import round_half_up
from market.base.pricing import evaluate, floated, straight
from market.catalogue.listing import line_of
from market.catalogue.models import Band
from market.store.db import db
from tests import make
from tests.guards.raw import columns_of, insert, refused_check, refused_insert

ROW = st.tuples(st.integers(1, 500), st.integers(0, 10**7), st.integers(0, 10**6))


@st.composite
def schedules(draw):
    """Rows that end at whole units, so that every joint is a whole fen; the last one open or not."""
    rows = draw(st.lists(ROW, min_size=1, max_size=6))
    end, steps = 0, []
    for length, base, unit in rows:
        end += length * 1000
        steps.append(Step(end, base, unit))
    if draw(st.booleans()):
        steps[-1] = Step(None, steps[-1].base_fen, steps[-1].unit_fen)
    return Schedule(tuple(steps), draw(st.sampled_from(Counting)))


def by_hand(schedule, quantity):
    """The price of a quantity in steps of a thousandth, added up row by row."""
    start, total = 0, Fraction(0)
    for step in schedule.steps:
        last = step.up_to is None or quantity <= step.up_to
        if schedule.counting == Counting.WHOLE:
            total = step.base_fen + Fraction(step.unit_fen * quantity, 1000)
        else:
            total += step.base_fen + Fraction(step.unit_fen * ((quantity if last else step.up_to) - start), 1000)
        if last:
            return round_half_up(total)
        start = step.up_to
    return None


@given(schedules(), st.integers(1, 4_000_000))
def test_an_own_schedule_comes_to_the_hand_sum_and_is_read_back_as_it_was_typed(schedule, quantity):
    lines = schedule_lines(schedule, 1000, payer="applicant")
    assert [line.q_from for line in lines] == [0, *(line.q_to for line in lines[:-1])]
    found = [line for line in lines if line.q_from < quantity <= line.q_to]
    expected = by_hand(schedule, quantity)
    assert [evaluate(line, quantity).ceiling_fen for line in found] == ([] if expected is None else [expected])
    again = mark_of(lines, 1000)
    if isinstance(again, Schedule):
        assert schedule_lines(again, 1000, payer="applicant") == lines
        assert len(again.steps) == len(schedule.steps)
    else:
        assert len(lines) == 1 and isinstance(again, (Fixed, PerUnit))


@pytest.mark.parametrize(
    ("steps", "code"),
    [
        ((), "offer.steps_needed"),
        ((Step(2000, 1, 1), Step(2000, 1, 1)), "offer.steps_order"),
        ((Step(None, 1, 1), Step(2000, 1, 1)), "offer.steps_order"),
        ((Step(1500, 0, 33), Step(None, 0, 1)), "offer.joint_not_whole"),
        ((Step(None, 10**12 + 1, 0),), "offer.amount_range"),
        ((Step(None, -1, 0),), "offer.amount_range"),
        (tuple(Step(1000 * n, 1, 0) for n in range(1, 42)), "offer.steps_too_many"),
    ],
)
def test_rows_that_are_no_schedule_are_refused(steps, code):
    with make.refuses(code):
        schedule_lines(Schedule(steps, Counting.PART), 1000, payer="applicant")


def test_the_nearest_lawful_mark_changes_an_old_one_least():
    guided = NewRule((Fraction(4, 5), Fraction(6, 5)), has_reference=False, same_unit=True, steps_per_unit=1000)
    free = NewRule(None, has_reference=False, same_unit=True, steps_per_unit=1000)
    bands = [floated(straight(100_00, Fraction(2, 10)), Fraction(4, 5), Fraction(9, 10))]
    assert nearest_mark(bands, Percent(500), guided) == Percent(800)
    assert nearest_mark(bands, Percent(1300), guided) == Percent(1200)
    assert nearest_mark(bands, Percent(950), guided) == Percent(950)
    assert nearest_mark(bands, ByBand((800, 900)), guided) == Percent(900)
    assert nearest_mark(bands, Fixed(1), guided) == Percent(1000)
    # A freed standard: 90 % of 100 yuan and 2 yuan a unit.
    assert nearest_mark(bands, Percent(900), free) == PerUnit(1_80, 90_00)
    assert nearest_mark(bands, Fixed(7), free) == Fixed(7)


def test_a_schedule_is_marked_and_raw_sql_gives_it_no_overlap_and_no_gap(session):
    mark = Schedule((Step(10_000, 0, 5_00), Step(20_000, 100_00, 4_00), Step(None, 200_00, 3_00)))
    made = make.make_offer(mark=mark)
    [row] = queries.offers_for(made.service.entry_id)
    bands = row.bands[made.service.fee_item_id]
    assert mark_of([line_of(band) for band in bands], 1000) == mark
    tied = select(OfferBand.id).where(OfferBand.offer_id == made.id).order_by(OfferBand.id)
    owned = columns_of(OfferBand, db.session.scalars(tied).first())
    columns = {**columns_of(Band, bands[0].id), "q_to": 50_000}
    insert(Band, columns)
    wide = db.session.scalars(select(Band.id).order_by(Band.id.desc()).limit(1)).one()
    refused_insert("offer.prices_overlap", OfferBand, owned | {"band_id": wide})
    # The same rows without their middle one, on a price of another agency's own.
    other = make.make_offer(service=made.service, mark=Schedule((Step(10_000, 0, 5_00),)))
    its = columns_of(OfferBand, db.session.scalars(select(OfferBand.id).where(OfferBand.offer_id == other.id)).one())
    insert(Band, columns | {"agency_id": other.agency.id, "q_from": 20_000})
    late = db.session.scalars(select(Band.id).order_by(Band.id.desc()).limit(1)).one()
    refused_insert("offer.gap", OfferBand, its | {"band_id": late})


def test_a_listed_price_of_one_figure_is_marked_in_yuan_and_not_one_fen_above_the_rule(session):
    line = floated(straight(0, Fraction(3, 10), q_to=9_000_000), Fraction(4, 5), Fraction(6, 5))
    service = make.make_listed_service(price="guided", bands=[line])
    with make.refuses("offer.amount_outside") as refusal:
        make.make_offer(service=service, mark=PerUnit(3_61))
    assert refusal.value.facts["high"] == "¥3.60"
    made = make.make_offer(service=service, mark=PerUnit(3_01))
    [row] = queries.offers_for(service.entry_id)
    [band] = row.bands[service.fee_item_id]
    assert evaluate(line_of(band), 100_000).ceiling_fen == 301_00
    assert mark_of([line_of(band)], 1000) == PerUnit(3_01)
    stronger = columns_of(Band, band.id) | {"float_high": 121, "float_den": 100, "float_low": 0}
    refused_check("band_mark_inside_rule store.link_broken", Band, stronger)
    assert made.id == row.offer_id


def test_each_row_of_a_listed_standard_may_have_a_share_of_its_own(session):
    first = floated(straight(0, Fraction(2, 10), q_to=1_000_000), Fraction(4, 5), Fraction(6, 5))
    second = replace(first, q_from=1_000_000, q_to=9_000_000)
    service = make.make_listed_service(price="guided", bands=[first, second])
    make.make_offer(service=service, mark=ByBand((800, 1100)))
    [row] = queries.offers_for(service.entry_id)
    lines = [line_of(band) for band in row.bands[service.fee_item_id]]
    assert mark_of(lines, 1000) == ByBand((800, 1100))
    with make.refuses("offer.percent_range"):
        make.make_offer(service=service, mark=ByBand((800, 1201)))
    with make.refuses("offer.percent_rows"):
        make.make_offer(service=service, mark=ByBand((800,)))
