"""How figures and times are written, in both languages. Money arrives in fen, times in UTC, quantities in steps."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from flask import Flask

from market.base.clock import CHINA
from market.base.money import capital, format_short, format_yuan
from market.web import locale

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def money_short(fen: int) -> str:
    """`¥6.2 万` in Chinese, `¥62,000` in English; for tags and narrow columns."""
    return format_short(fen, locale.current())


def day(given: date | datetime) -> str:
    """`2026-03-05` in Chinese, `5 Mar 2026` in English; a moment gives its date in China."""
    when_ = given.astimezone(CHINA).date() if isinstance(given, datetime) else given
    if locale.current() == "en":
        return f"{when_.day} {MONTHS[when_.month - 1]} {when_.year}"
    return when_.isoformat()


def when(moment: datetime) -> str:
    """The moment in China's time, to the minute."""
    if moment.tzinfo is None:
        raise ValueError("a naive datetime has no place on a page")
    local = moment.astimezone(CHINA)
    return f"{day(local.date())} {local:%H:%M}"


def deadline(moment: datetime) -> str:
    """A half-open deadline as the trade writes it: a day ends at its 24:00."""
    local = moment.astimezone(CHINA)
    ends_a_day = (local.hour, local.minute, local.second) == (0, 0, 0)
    return f"{day(local.date() - timedelta(days=1))} 24:00" if ends_a_day else when(moment)


def quantity(steps: int, steps_per_unit: int = 1) -> str:
    """A stored quantity in its unit: 6000500 steps of a thousandth are `6,000.5`."""
    number = f"{Decimal(steps) / steps_per_unit:,f}"
    return number.rstrip("0").rstrip(".") if "." in number else number


def number(value: int) -> str:
    """A whole number with thousands."""
    return f"{value:,}"


def percent(part: int, whole: int) -> str:
    """The share of `part` in `whole` with one decimal; a dash when there is no whole."""
    return "—" if not whole else permille((2000 * part + whole) // (2 * whole))


def permille(value: int) -> str:
    """Thousandths as a percentage: 875 is `87.5%`."""
    sign, (percents, rest) = "-" if value < 0 else "", divmod(abs(value), 10)
    return f"{sign}{percents}.{rest}%" if rest else f"{sign}{percents}%"


def milli(value: int) -> str:
    """Thousandths with two decimals, rounded half up: a mean of 4333 is `4.33`."""
    hundredths = (value + 5) // 10
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def init_app(app: Flask) -> None:
    """Make the filters known to the templates."""
    app.jinja_env.filters.update(
        capital=capital,
        day=day,
        deadline=deadline,
        milli=milli,
        money=format_yuan,
        money_short=money_short,
        number=number,
        percent=percent,
        permille=permille,
        quantity=quantity,
        when=when,
    )
