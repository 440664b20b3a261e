"""The price law is said once in Python and once in the database; here the two are asked the same questions."""

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import BigInteger, Engine, String, column, create_engine, delete, insert, table, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from market.base.errors import BreaksRule
from market.base.money import MAX_FEN, ROUNDINGS
from market.base.pricing import AFTER, BEFORE, MAX_QUANTITY, Band, closed, evaluate, floated, open_end, prove
from market.catalogue.models import Priced, priced_table
from market.catalogue.queries.ceiling import ceiling_of

_CHECKS = [law for law in priced_table() if law.__class__.__name__ == "CheckConstraint"]


class Scratch(DeclarativeBase):
    """Tables of this test only."""

    type_annotation_map = {int: BigInteger, str: String}


class Said(Priced, Scratch):
    """A priced row with the CHECKs of the law and without its foreign keys."""

    __tablename__ = "said"
    id: Mapped[int] = mapped_column(primary_key=True)
    __table_args__ = tuple(_CHECKS)


@pytest.fixture
def engine(empty_database: str) -> Iterator[Engine]:
    made = create_engine(empty_database)
    Scratch.metadata.create_all(made)
    yield made
    Scratch.metadata.drop_all(made)
    made.dispose()


@st.composite
def lines(draw: st.DrawFn) -> Band:
    den = draw(st.sampled_from([1, 5, 100, 10_000, 1_000_000]))
    slope = Fraction(draw(st.integers(0, 3_000_000)), den)
    low = draw(st.fractions(0, 1, max_denominator=20))
    high = draw(st.fractions(low, 2, max_denominator=20))
    least = draw(st.sampled_from([0, 0, 30_000]))
    most = draw(st.sampled_from([10**12, 30_000_000]))
    coefficient = draw(st.sampled_from([10_000, 6_000, 8_000, 12_000, 15_000]))
    band = Band(
        q_from=draw(st.integers(0, 10**6)),
        q_to=10**9,
        q0=0,
        y0=draw(st.integers(0, 10**7)),
        slope_num=slope.numerator,
        slope_den=slope.denominator,
        min_fen=least,
        max_fen=most,
        limits=draw(st.sampled_from([AFTER, BEFORE])),
        rounding=draw(st.sampled_from(ROUNDINGS)),
        coefficients=(coefficient,),
    )
    try:
        return closed(floated(band, low, high), band.q_to)
    except BreaksRule:
        assume(False)
        raise


def accepts(engine: Engine, band: Band, **said: int) -> bool:
    shape = {name: getattr(band, name) for name in (
        "payer", "q_from", "q_to", "q0", "y0", "slope_num", "slope_den", "float_low", "float_high", "float_den",
        "min_fen", "max_fen", "limits", "rounding",
    )}  # fmt: skip
    key = dict.fromkeys(("band_id", "edition_id", "service_id", "fee_item_id", "agency_id", "coefficient_set_id"), 1)
    with engine.connect() as connection:
        try:
            connection.execute(insert(Said).values(**shape, **key, **said))
        except DBAPIError:
            return False
        finally:
            connection.rollback()
    return True


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(band=lines(), beyond=st.integers(1, 10**8))
def test_database_and_formula_draw_the_same_floor_and_ceiling(engine: Engine, band: Band, beyond: int) -> None:
    q = min(band.q_from + beyond, band.q_to)
    law = evaluate(band, q, band.coefficients[0])
    said = {
        "quantity": q, "base_fen": band.base(q), "charge_base_fen": law.charge_base_fen,
        "coefficient": law.coefficient,
    }  # fmt: skip
    for amount in {law.floor_fen, law.ceiling_fen, (law.floor_fen + law.ceiling_fen) // 2}:
        assert accepts(engine, band, amount_fen=amount, **said)
    for amount in {law.floor_fen - 1, law.ceiling_fen + 1}:
        assert not accepts(engine, band, amount_fen=amount, **said)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(band=lines(), beyond=st.integers(1, 10**8), forged=st.sampled_from([-1, 1]))
def test_a_base_one_fen_off_the_line_is_refused(engine: Engine, band: Band, beyond: int, forged: int) -> None:
    q = min(band.q_from + beyond, band.q_to)
    law = evaluate(band, q, band.coefficients[0])
    forged_base = band.base(q) + forged
    forged_row = {"base_fen": forged_base, "charge_base_fen": band.charge_base(forged_base)}
    assert not accepts(engine, band, quantity=q, coefficient=law.coefficient, amount_fen=law.ceiling_fen, **forged_row)


@pytest.mark.parametrize(("outside"), [0, 1])
def test_a_quantity_outside_the_band_is_refused(engine: Engine, outside: int) -> None:
    band = Band(q_from=1000, q_to=2000, slope_num=2)
    q = 2001 if outside else 1000
    assert not accepts(
        engine, band, quantity=q, base_fen=band.base(q), charge_base_fen=band.base(q), coefficient=10_000,
        amount_fen=band.base(q),
    )  # fmt: skip


def test_nothing_can_be_charged_on_what_is_free(engine: Engine) -> None:
    free = Band(float_low=0, float_high=1, max_fen=0)
    row = {"quantity": 1000, "base_fen": 0, "charge_base_fen": 0, "coefficient": 10_000}
    assert accepts(engine, free, amount_fen=0, **row)
    assert not accepts(engine, free, amount_fen=1, **row)


def test_numbers_beyond_the_register_are_refused_and_not_rounded(engine: Engine) -> None:
    band = Band(q_to=10**14, slope_num=1)
    for huge in (10**13, 2**62, 2**63 - 1):
        assert not accepts(engine, band, quantity=5, base_fen=5, charge_base_fen=5, coefficient=10_000, amount_fen=huge)
    with engine.begin() as connection:
        connection.execute(delete(Said))


RULES = 10_000
_LAW = " AND ".join(f"({law.sqltext})" for law in _CHECKS)
_SHAPE = (
    *("payer", "q_from", "q_to", "q0", "y0", "slope_num", "slope_den", "float_low", "float_high", "float_den"),
    *("min_fen", "max_fen", "limits", "rounding"),
)
_SAID = ("quantity", "base_fen", "charge_base_fen", "coefficient", "amount_fen")
_TEXTS = {"payer", "limits", "rounding"}


def any_rule(dice: random.Random) -> Band:
    """A lawful band of any size: everyday ones, and ones whose arithmetic comes close to 64 bits."""
    while True:
        slope = Fraction(dice.randrange(10 ** dice.randrange(1, 12)), dice.randrange(1, 10 ** dice.randrange(1, 10)))
        q_from = dice.choice([0, dice.randrange(10**6), dice.randrange(10**12)])
        den = dice.choice([1, 1, 2, 5, 10, 100, dice.randrange(1, 10**4)])
        least = dice.choice([0, 0, dice.randrange(10**7)])
        band = Band(
            q_from=q_from,
            q0=dice.choice([0, q_from, q_from + 1]),
            y0=dice.choice([0, dice.randrange(10**7), dice.randrange(10**11)]),
            slope_num=slope.numerator,
            slope_den=slope.denominator,
            float_low=dice.randrange(den + 1),
            float_high=dice.randrange(den, 2 * den + 1),
            float_den=den,
            min_fen=least,
            max_fen=dice.choice([MAX_FEN, MAX_FEN, least + dice.randrange(10**9)]),
            limits=dice.choice([AFTER, BEFORE]),
            rounding=dice.choice(ROUNDINGS),
            coefficients=(dice.choice([10_000, 10_000, 6_000, 11_500, 12_075, dice.randrange(1, 100_000)]),),
        )
        try:
            end = open_end(band)
            band = replace(band, q_to=dice.choice([end, dice.randrange(q_from + 1, end + 1)]))
            prove(band)
        except BreaksRule:
            continue
        return band


def halfway(band: Band, dice: random.Random) -> int:
    """A quantity of the band: its ends, any between, and where it can be one whose base is exactly half a fen."""
    exact = band.slope_den // 2
    half = band.q0 + exact if band.slope_den % 2 == 0 and band.slope_num % 2 else band.q_to
    return dice.choice(
        [
            band.q_from + 1,
            band.q_to,
            dice.randint(band.q_from + 1, band.q_to),
            min(max(half, band.q_from + 1), band.q_to),
        ]
    )


def said_of(band: Band, dice: random.Random) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """What the formula allows of a band at one quantity, and what it refuses by one fen."""
    q = halfway(band, dice)
    law = evaluate(band, q, band.coefficients[0])
    row = {
        **{name: getattr(band, name) for name in _SHAPE},
        "quantity": q,
        "base_fen": band.base(q),
        "charge_base_fen": law.charge_base_fen,
        "coefficient": law.coefficient,
    }
    forged = band.base(q) + dice.choice([-1, 1])
    off_the_line = {**row, "base_fen": forged, "charge_base_fen": band.charge_base(forged)}
    lawful = [{**row, "amount_fen": amount} for amount in {law.floor_fen, law.ceiling_fen}]
    unlawful = [{**row, "amount_fen": amount} for amount in (law.floor_fen - 1, law.ceiling_fen + 1)]
    return lawful, [*unlawful, {**off_the_line, "amount_fen": law.ceiling_fen}]


@cache
def everything_said() -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """Of ten thousand rules what the formula allows, and what it refuses."""
    dice = random.Random(20261122)
    said = [said_of(any_rule(dice), dice) for _ in range(RULES)]
    return [row for allowed, _ in said for row in allowed], [row for _, refused in said for row in refused]


def kept(engine: Engine, rows: Sequence[Mapping[str, object]], law: str = _LAW) -> int:
    """How many of the rows keep a condition (every CHECK of the law), asked in one statement."""
    names = (*_SHAPE, *_SAID)
    columns = ", ".join(f"{name} {'text' if name in _TEXTS else 'bigint'}" for name in names)
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql(f"CREATE TEMP TABLE unsaid ({columns})")
            places = ", ".join(f":{name}" for name in names)
            connection.exec_driver_sql(f"INSERT INTO temp.unsaid VALUES ({places})", list(rows))
            found = connection.scalar(text(f"SELECT count(*) FROM temp.unsaid WHERE {law}"))
            connection.exec_driver_sql("DROP TABLE temp.unsaid")
        else:
            source = f"json_to_recordset(CAST(:rows AS json)) AS unsaid({columns})"
            found = connection.scalar(text(f"SELECT count(*) FROM {source} WHERE {law}"), {"rows": json.dumps(rows)})
        return int(found or 0)


def test_ten_thousand_random_rules_have_one_law_in_python_and_in_sql(engine: Engine) -> None:
    lawful, unlawful = everything_said()
    assert {row["rounding"] for row in lawful} == set(ROUNDINGS)
    assert max(int(str(row["quantity"])) for row in lawful) > MAX_QUANTITY // 10
    assert kept(engine, lawful) == len(lawful)
    assert kept(engine, unlawful) == 0


def test_ten_thousand_random_rules_have_one_ceiling_in_python_and_in_sql(engine: Engine) -> None:
    lawful, unlawful = everything_said()
    ceilings = [row for row in lawful if row["amount_fen"] == _ceiling(row)]
    assert len(ceilings) >= RULES
    columns = table("unsaid", *(column(name, String if name in _TEXTS else BigInteger) for name in (*_SHAPE, *_SAID))).c
    said = ceiling_of(columns, columns.quantity, columns.coefficient) == columns.amount_fen
    law = str(said.compile(engine, compile_kwargs={"literal_binds": True})).replace("unsaid.", "").replace("%%", "%")
    assert kept(engine, ceilings, law) == len(ceilings)
    assert kept(engine, [row for row in unlawful if row["amount_fen"] != _ceiling(row)], law) == 0


def _ceiling(row: Mapping[str, object]) -> int:
    shape: dict[str, Any] = {name: row[name] for name in _SHAPE}
    coefficient = int(str(row["coefficient"]))
    return evaluate(Band(**shape, coefficients=(coefficient,)), int(str(row["quantity"])), coefficient).ceiling_fen
