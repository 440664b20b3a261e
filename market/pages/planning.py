"""A plan: when what is needed can be done, and what it costs at least and at most.

Earliest dates: every service begins at once, services that may be merged (多评合一) as one block; an act begins when
the services it asks for and the acts before it in the bundle have ended. A list's time limit and an act's promised days
are the longest that each may take; where there is none, the operator's default stands in and is labelled so.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from flask_babel import gettext as _

from market.base.money import FEN_PER_YUAN, format_short
from market.base.schedule import Row, Task, Timeline, schedule
from market.base.words import N_, register_labels
from market.base.workdays import Calendar
from market.catalogue.needs import Group
from market.pages.cards import in_words
from market.pages.navigator import Result
from market.pages.queries.editions import EditionFacts
from market.selection.rules import merged_together
from market.store.calendar import calendar
from market.store.settings import setting
from market.web import locale

ACT = "act"
NO_BREAK = "\N{NO-BREAK SPACE}"
_LEAST_BAR = 6
_KINDS = {Group.MUST_BUY: "must", Group.YOURSELF: "own", Group.GOVERNMENT: "state-pays", ACT: "plain"}


class DaysFrom(StrEnum):
    """Where the working days of a step come from."""

    LIST = "list"
    PROMISE = "promise"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Asked:
    """A needed service. `group` is who bears it, `merged` the groups it may be merged into.

    `days` is the list's limit in working days, `calendar_days` in days; with neither, `default_days` stands in.
    `listed` is what the list allows for my quantity, `marked` the middle half (P25 to P75) of marked prices for it, and
    `few` the lowest and highest of them where they are too few for a middle half; all from and to in fen, None where
    that cannot be computed. `example` says that nobody typed the quantity.
    """

    code: str
    name: str
    act_id: int
    group: str
    default_days: int
    merged: str = ""
    days: int | None = None
    calendar_days: int | None = None
    listed: tuple[int, int] | None = None
    marked: tuple[int, int] | None = None
    few: tuple[int, int] | None = None
    example: bool = False


@dataclass(frozen=True, slots=True)
class ActAsked:
    """An act of the plan with the working days its authority promises, if it does."""

    act_id: int
    name: str
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Project:
    """Everything a plan is made of; `orders` are pairs of acts, the earlier first."""

    services: Sequence[Asked]
    acts: Sequence[ActAsked]
    orders: Sequence[tuple[int, int]] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """A service or an act on the time line; `kind` is its group, or `act`; `merged` names a block of several."""

    name: str
    code: str
    kind: str
    days: int
    days_from: DaysFrom
    row: Row
    merged: str = ""

    @property
    def label(self) -> str:
        """The key of what kind of step it is."""
        return "step.act" if self.kind == ACT else f"need.{self.kind}"


@dataclass(frozen=True, slots=True)
class Cost:
    """What some services cost in fen, `low` to `high`, over the `count` that could be computed; the rest is `unknown`.

    Each counts by what the list allows, where the list has no figure by the middle half of marked prices, and where
    these are too few for that by the lowest and highest of them; `by_list`, `by_marks` and `by_few` say how many of
    each. `marked` is the middle half alone, over `of_marks` services.
    `examples` of those in the sum stand with an example quantity, because nobody typed one.
    """

    low: int
    high: int
    by_list: int
    by_marks: int
    unknown: Sequence[str]
    marked: tuple[int, int] | None
    of_marks: int
    examples: int = 0
    by_few: int = 0

    @property
    def count(self) -> int:
        """How many services are in the sum."""
        return self.by_list + self.by_marks + self.by_few


@dataclass(frozen=True, slots=True)
class Lane:
    """A bar of the time line, placed in thousandths of the whole."""

    step: Step
    start_milli: int
    length_milli: int

    @property
    def kind(self) -> str:
        """The colour of the bar."""
        return _KINDS[self.step.kind]


@dataclass(frozen=True, slots=True)
class Planned:
    """The plan: its steps in the order in which they begin, and the cost of what must, and of what may be bought."""

    begins: date
    steps: Sequence[Step]
    timeline: Timeline
    must: Cost
    own: Cost
    by_default: int

    @property
    def lanes(self) -> list[Lane]:
        """The steps as bars; one of no days is drawn as a mark."""
        whole = max(self.timeline.days, 1)
        lanes = []
        for step in self.steps:
            length = max(step.days * 1000 // whole, _LEAST_BAR)
            lanes.append(Lane(step, min(step.row.begins * 1000 // whole, 1000 - length), length))
        return lanes


def plan(project: Project, day: date) -> Planned:
    """Plan a project that begins on `day`; refuses `schedule.cycle`: acts that wait for each other. Two queries."""
    workdays = calendar()
    merged = merged_together({one.code: one.merged for one in project.services})
    tasks, drafts = [], {}
    for one in project.services:
        days, source = _days(one, day, workdays)
        group = merged.get(one.code, "")
        tasks.append(Task(_service(one), days, group=group))
        drafts[_service(one)] = (one.name, one.code, one.group, days, source, group)
    act_days = int(setting("plan.act_workdays", day))
    acts = {act.act_id: act for act in project.acts}
    for act in acts.values():
        days, source = (act.days, DaysFrom.PROMISE) if act.days is not None else (act_days, DaysFrom.DEFAULT)
        before = {_act(first) for first, then in project.orders if then == act.act_id and first in acts}
        served = {_service(one) for one in project.services if one.act_id == act.act_id}
        tasks.append(Task(_act(act.act_id), days, frozenset(before | served)))
        drafts[_act(act.act_id)] = (act.name, "", ACT, days, source, "")
    timeline = schedule(tasks, day, workdays)
    steps = [Step(*drafts[row.key][:5], row, drafts[row.key][5]) for row in timeline.rows]
    must, own = ([one for one in project.services if one.group == group] for group in (Group.MUST_BUY, Group.YOURSELF))
    by_default = sum(step.days_from == DaysFrom.DEFAULT for step in steps)
    return Planned(day, steps, timeline, cost(must), cost(own), by_default)


def planned(result: Result, day: date) -> Planned:
    """Plan what the navigator found out, with names in the reader's language."""
    services = [
        Asked(
            code=one.code,
            name=in_words(one.entry.entry.name_zh, one.entry.entry.name_en),
            act_id=one.need.act_id,
            group=group,
            default_days=one.default_days,
            merged=one.entry.entry.merged_group,
            days=one.days,
            calendar_days=one.calendar_days,
            listed=one.listed,
            marked=one.marked,
            few=one.few,
            example=any(fee.example for fee in one.fees),
        )
        for group, needed in result.groups.items()
        if group != Group.NOT_NEEDED
        for one in needed
    ]
    acts = [ActAsked(act.id, in_words(act.name_zh, act.name_en), act.promised_days) for act in result.chosen.acts]
    return plan(Project(services, acts, [(one.before, one.after) for one in result.chosen.orders]), day)


def headline(title: str, count: int, plan: Planned) -> str:
    """The answer before anything else: how many services must be bought, for how much, and in how many working days."""
    given = {"title": title, "count": count, "days": plan.timeline.days, "cost": short_span(plan.must)}
    if not count:
        return _("%(title)s: nothing to buy, done in %(days)s working days at the earliest", **given)
    if not plan.must.count:
        return _("%(title)s: buy %(count)s, done in %(days)s working days at the earliest", **given)
    if plan.must.unknown:
        given["priced"] = plan.must.count
        return _(
            "%(title)s: buy %(count)s, %(priced)s of them for %(cost)s, done in %(days)s working days at the earliest",
            **given,
        )
    return _("%(title)s: buy %(count)s for %(cost)s, done in %(days)s working days at the earliest", **given)


def short_span(cost: Cost) -> str:
    """The sum from and to in whole yuan, rounded outwards; a line breaks after the dash at most."""
    low, high = cost.low // FEN_PER_YUAN, -(-cost.high // FEN_PER_YUAN)
    ends = dict.fromkeys(format_short(yuan * FEN_PER_YUAN, locale.current()) for yuan in (low, high))
    return f"{NO_BREAK}– ".join(end.replace(" ", NO_BREAK) for end in ends)


def plan_fields(result: Result, edition: EditionFacts) -> list[tuple[str, str]]:
    """What a plan is kept by: what was chosen, answered and typed, as the navigator's address has it."""
    chosen = result.chosen
    fields = [("edition", str(edition.number))]
    fields += [("bundle", chosen.bundle.code)] if chosen.bundle else []
    fields += [("act", str(act.id)) for act in chosen.acts if not act.of_bundle]
    fields += [(one.name, one.answer) for one in result.questions if one.answer and not one.unreadable]
    fees = [fee for rows in result.groups.values() for one in rows for fee in one.fees]
    return fields + [(fee.name, fee.typed) for fee in fees if fee.typed and not fee.example]


def basket_fields(result: Result) -> list[tuple[str, str]]:
    """What the basket takes: services to buy or to do oneself that can have a price, and the quantities typed."""
    wanted = [one for group in (Group.MUST_BUY, Group.YOURSELF) for one in result.groups[group] if one.fees]
    fees = [fee for one in wanted for fee in one.fees]
    return [("service", one.code) for one in wanted] + [
        (fee.name, fee.typed) for fee in fees if fee.typed and not fee.example
    ]


def _days(one: Asked, day: date, workdays: Calendar) -> tuple[int, DaysFrom]:
    if one.days is not None:
        return one.days, DaysFrom.LIST
    if one.calendar_days is not None:
        # Every service begins on the first day, so its days can be counted in working days.
        return max(workdays.between(day, day + timedelta(days=one.calendar_days)), 1), DaysFrom.LIST
    return one.default_days, DaysFrom.DEFAULT


def cost(services: Iterable[Asked]) -> Cost:
    """What the services cost together."""
    low = high = by_list = by_marks = by_few = marked_low = marked_high = of_marks = examples = 0
    unknown = []
    for one in services:
        if one.marked is not None:
            marked_low, marked_high, of_marks = marked_low + one.marked[0], marked_high + one.marked[1], of_marks + 1
        span = one.listed or one.marked or one.few
        if span is None:
            unknown.append(one.name)
            continue
        low, high = low + span[0], high + span[1]
        examples += one.example
        by_list += one.listed is not None
        by_marks += one.listed is None and one.marked is not None
        by_few += one.listed is None and one.marked is None
    marked = (marked_low, marked_high) if of_marks else None
    return Cost(low, high, by_list, by_marks, unknown, marked, of_marks, examples, by_few)


def _service(one: Asked) -> str:
    return f"service {one.code}"


def _act(act_id: int) -> str:
    return f"act {act_id:019d}"


register_labels(
    {
        "days_from.list": N_("the list's limit"),
        "days_from.promise": N_("promised by the authority"),
        "days_from.default": N_("the operator's default"),
        "step.act": N_("Administrative act"),
    }
)
