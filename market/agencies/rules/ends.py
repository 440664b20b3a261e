"""When papers end, by the days alone, and what an agency is told of it."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

from market.base.words import N_, register_labels, register_sentences


class RecordKind(StrEnum):
    """What ends by its days and pauses services."""

    PAPER = "paper"
    PRACTITIONER = "practitioner"


class PaperDay(StrEnum):
    """What a paper on record is on a day; it follows from its days and is never written."""

    COMING = "coming"
    VALID = "valid"
    ENDING = "ending"
    ENDED = "ended"


def paper_day(days: tuple[date, date], on: date, *, notice: int) -> PaperDay:
    """What a paper with these first and last days is on a day; `ending` from `notice` days before its last day on."""
    first, last = days
    if on < first:
        return PaperDay.COMING
    if on > last:
        return PaperDay.ENDED
    return PaperDay.ENDING if (last - on).days <= notice else PaperDay.VALID


def notice_due(last: date, on: date, days: Sequence[int]) -> int | None:
    """Which of the notices `days` before the end is due on a day; None before the first of them and after the end.

    A day on which nothing ran loses no notice: it is the nearest that has come.
    """
    left = (last - on).days
    return min((one for one in days if left <= one), default=None) if left >= 0 else None


register_labels(
    {
        "paper_day.coming": N_("Not valid yet"),
        "paper_day.valid": N_("Valid"),
        "paper_day.ending": N_("Ends soon"),
        "paper_day.ended": N_("Ended"),
        "paper_pauses.none": N_("No service pauses."),
        "paper_pauses.some": N_("These services pause after that day until it is renewed:"),
    }
)
register_sentences(
    {
        "notice.paper.ends": N_("{name} ends with {day} ({days} days from now). {pauses} {services}"),
        "notice.paper.ends_today": N_("Today, {day}, is the last day of {name}. {pauses} {services}"),
        "notice.offer.rests": N_(
            "These services rest because a paper or certificate that they ask for has ended or is missing: {services}"
        ),
        "notice.offer.resumes": N_("These services can be chosen again: {services}"),
    }
)
