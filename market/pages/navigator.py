"""What somebody needs for a permit: services in four groups, each with its law, its price for my quantity and its days.

Nothing is stored: what was chosen, answered and typed stands in the address.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from market.base.errors import BreaksRule
from market.base.pricing import evaluate, outside
from market.base.words import N_, register_labels, register_sentences
from market.catalogue.listing import measure_of
from market.catalogue.models import FeeItem
from market.catalogue.needs import ELSEWHERE, ZONE, Group, Listed, Need, QuestionKind, needs, number_of
from market.catalogue.queries.belongings import Cited
from market.catalogue.rules import Payer, PriceState
from market.pages import calculator
from market.pages.calculator import Line
from market.pages.queries import navigator as queries
from market.pages.queries.item import Priced
from market.pages.queries.navigator import Asked, Chosen, ChosenAct, ChosenEntry, Mark, Market
from market.pages.robust import Robust, robust
from market.store.settings import setting
from market.store.types import LARGEST_KEY

MOST_ACTS = 60
"""Acts that may be chosen by themselves in one plan."""


@dataclass(frozen=True, slots=True)
class Fee:
    """A fee item with its quantity: `name` is its field in the address, the same in every edition.

    `example` says that nobody typed the quantity. `refusal` says why there is no price for what was typed.
    """

    name: str
    item_zh: str
    item_en: str
    unit: str
    typed: str
    example: bool
    refusal: BreaksRule | None


@dataclass(frozen=True, slots=True)
class NeedShown:
    """A service in its group. `listed` is what the list allows and `marks` what agencies mark, both for my quantity.

    `days` is the list's limit, in working days unless `calendar_days` is set; None where the list has none, and then
    `default_days` (the operator's) stands in.
    """

    need: Need
    entry: ChosenEntry
    act: ChosenAct
    fees: Sequence[Fee]
    listed: tuple[int, int] | None
    marks: Robust
    agencies: int
    days: int | None
    calendar_days: int | None
    default_days: int
    basis: Sequence[tuple[Cited, bool]]
    undecided: Sequence[Asked]

    @property
    def code(self) -> str:
        """The service's code."""
        return self.need.code

    @property
    def days_source(self) -> str:
        """Where the days come from: `list` or `default`."""
        return "list" if self.days or self.calendar_days else "default"

    @property
    def marked(self) -> tuple[int, int] | None:
        """The middle half of the marked prices (P25 to P75) in fen; None where too few can be compared."""
        return (self.marks.p25, self.marks.p75) if self.marks.p25 is not None and self.marks.p75 is not None else None

    @property
    def few(self) -> tuple[int, int] | None:
        """The lowest and highest marked price in fen, where they are too few to be compared; else None."""
        low, high = self.marks.lowest, self.marks.highest
        return None if self.marked is not None or low is None or high is None else (low, high)

    @property
    def on_request(self) -> bool:
        """Whether nothing can be said of the price: the list publishes none, and no agency marks one."""
        return self.listed is None and not self.marks.n


@dataclass(frozen=True, slots=True)
class QuestionShown:
    """A question with the answer given (empty: none), its options, and whether what was typed cannot be read."""

    asked: Asked
    answer: str
    options: Sequence[Mapping[str, str]]
    unreadable: bool
    decides: int

    @property
    def name(self) -> str:
        """Its field in the address."""
        return f"a.{self.asked.code}"


@dataclass(frozen=True, slots=True)
class Result:
    """What is needed, by group in the order of the groups, with the questions that decide it."""

    chosen: Chosen
    groups: Mapping[Group, Sequence[NeedShown]]
    questions: Sequence[QuestionShown]

    def count(self, group: str) -> int:
        """How many services a group has."""
        return len(self.groups[Group(group)])


def result(chosen: Chosen, answers: Mapping[str, str], quantities: Mapping[str, str], *, on: date) -> Result:
    """Work out what is needed. `answers` by the question's code, `quantities` by `Fee.name`. Four queries.

    What is no answer to its question decides nothing. No quantity: one unit stands as an example.
    """
    asked = _questions(chosen, answers)
    valid = {one.asked.code: one.answer for one in asked if one.answer and not one.unreadable}
    decided = needs([_listed(one) for one in chosen.entries], chosen.rules, valid)
    ids = [one.entry.id for one in chosen.entries]
    items, offered = queries.priced(ids), queries.market(ids)
    lines = {
        one.entry.id: _lines(one, items.get(one.entry.id, ()), quantities, offered.get(one.entry.id, {}))
        for one in chosen.entries
    }
    reach = {line.item.id: line.quantity for made in lines.values() for line in made if line.quantity is not None}
    marks: dict[int, list[Mark]] = defaultdict(list)
    for mark in queries.marks(reach):
        marks[mark.entry_id].append(mark)
    default_days = int(setting("plan.service_workdays", on))
    acts = {act.id: act for act in chosen.acts}
    by_code = {one.asked.code: one.asked for one in asked}
    groups: dict[Group, list[NeedShown]] = {group: [] for group in Group}
    for need, one in zip(decided, chosen.entries, strict=True):
        made = lines[one.entry.id]
        payer = Payer(one.entry.payer)
        known = offered.get(one.entry.id, {})
        sums = _sums(made, marks.get(one.entry.id, ()), payer)
        groups[need.group].append(
            NeedShown(
                need=need,
                entry=one,
                act=acts[one.act_id],
                fees=[_fee(one, line, quantities, known) for line in made if line.can_be_asked],
                listed=_span(made) if payer == Payer.APPLICANT else None,
                marks=robust(sums),
                agencies=max((each.offers for each in known.values()), default=0),
                days=one.entry.time_limit_workdays,
                calendar_days=one.entry.time_limit_calendar_days,
                default_days=default_days,
                basis=[(cited, cited.living(on)) for cited in one.several.articles],
                undecided=[by_code[code] for code in need.undecided if code in by_code],
            )
        )
    return Result(chosen, groups, asked)


def _listed(one: ChosenEntry) -> Listed:
    entry, zones = one.entry, frozenset(zone[0] for zone in one.several.zones)
    return Listed(entry.id, entry.code, one.act_id, entry.self_service, entry.payer, zones)


def _questions(chosen: Chosen, answers: Mapping[str, str]) -> list[QuestionShown]:
    """The questions that some rule of what was chosen asks, and that of the zone where one covers an entry."""
    decides: dict[str, set[int]] = defaultdict(set)
    for rule in chosen.rules:
        decides[rule.question].add(rule.entry_id)
    zones = {zone[0]: zone for one in chosen.entries for zone in one.several.zones}
    decides[ZONE] |= {one.entry.id for one in chosen.entries if one.several.zones}
    found = []
    for asked in chosen.questions:
        if not decides[asked.code]:
            continue
        options = asked.options
        if asked.kind == QuestionKind.ZONE:
            options = [{"value": code, "zh": zh, "en": en} for code, zh, en in zones.values()]
            options += [{"value": ELSEWHERE, "zh": "都不在", "en": "In none of them"}]
        given = answers.get(asked.code, "").strip()[:40]
        if asked.kind == QuestionKind.NUMBER:
            bad = bool(given) and number_of(given) is None
        else:
            given, bad = (given if any(one["value"] == given for one in options) else ""), False
        found.append(QuestionShown(asked, given, options, bad, len(decides[asked.code])))
    return found


def acts_named(given: Iterable[str]) -> list[int]:
    """The numbers of acts among what an address or a form names, each once; what can be none is left out."""
    known = [int(one) for one in given if one.isascii() and one.isdecimal() and len(one) < 20]
    return list(dict.fromkeys(one for one in known if one <= LARGEST_KEY))


def acts_wanted(given: Iterable[str]) -> list[int]:
    """The same for one plan. Refuses `plan.too_many_acts`: a plan that left acts out would promise too much."""
    named = acts_named(given)
    if len(named) > MOST_ACTS:
        raise BreaksRule("plan.too_many_acts", n=len(named), most=MOST_ACTS)
    return named


def field_of(code: str, position: int) -> str:
    """The field of a quantity in the address: by service and place, so that it means the same in the next edition."""
    return f"q.{code}.{position}"


def _lines(
    one: ChosenEntry, items: Sequence[Priced], quantities: Mapping[str, str], known: Mapping[int, Market]
) -> list[Line]:
    fields = {priced.item.position: field_of(one.entry.code, priced.item.position) for priced in items}
    given = {f"q{place}": quantities.get(name, "") for place, name in fields.items()}
    asked = [priced.item for priced in items if priced.item.price_state != PriceState.UNPUBLISHED]
    if asked and asked[0].id in known and not any(given.values()):
        given[f"q{asked[0].position}"] = _example(asked[0], known[asked[0].id])
    made = calculator.lines(items, given, {})
    calculator.work_out(made, (), Payer(one.entry.payer))
    return made


def _example(item: FeeItem, reached: Market) -> str:
    """What stands as an example, or the nearest quantity that marked prices reach."""
    return measure_of(item).number(min(max(calculator.example_steps(item), reached.q_from + 1), reached.q_to))


def _fee(one: ChosenEntry, line: Line, quantities: Mapping[str, str], known: Mapping[int, Market]) -> Fee:
    name = field_of(one.entry.code, line.item.position)
    typed = bool(quantities.get(name, "").strip())
    refusal, reached = line.refusal, known.get(line.item.id)
    if refusal is None and line.quantity is not None and reached is not None:
        inside = reached.q_from < line.quantity <= reached.q_to
        refusal = None if inside else outside([(reached.q_from, reached.q_to)], measure_of(line.item))
    item = line.item
    return Fee(name, item.name_zh, item.name_en, item.unit, line.typed, bool(line.typed) and not typed, refusal)


def _span(made: Sequence[Line]) -> tuple[int, int] | None:
    """What the list allows in all; None unless every quantity asked has a price on the list."""
    asked = [line for line in made if line.quantity is not None]
    listed = [line.listed for line in asked if line.listed is not None]
    if not listed or len(listed) < len(asked):
        return None
    return sum(one.floor_fen for one in listed), sum(one.ceiling_fen for one in listed)


def _sums(made: Sequence[Line], marks: Sequence[Mark], payer: Payer) -> list[int]:
    """What each agency marks for all quantities asked; who does not reach one of them is left out."""
    asked = {line.item.id: line for line in made if line.quantity is not None and line.refusal is None}
    sums: dict[int, dict[int, int]] = defaultdict(dict)
    for mark in marks:
        line = asked.get(mark.fee_item_id)
        if line is not None and mark.payer == payer:
            band = replace(mark.line, coefficients=(line.coefficient,))
            sums[mark.offer_id][line.item.id] = evaluate(band, line.quantity or 0, line.coefficient).ceiling_fen
    whole: list[int] = [sum(found.values()) for found in sums.values() if len(found) == len(asked)]
    return [total for total in whole if total]


register_sentences(
    {
        "plan.too_many_acts": N_(
            "{n} acts are more than one plan holds (at most {most}). Choose fewer, or make two plans: nothing was left out"
            " in silence."
        )
    }
)

# Labels, and no words of the template: a table of many rows formats them many times.
register_labels(
    {
        "plan.for": N_("for {act}"),
        "plan.list": N_("The list: {price}"),
        "plan.half": N_("half of them: {low} – {high}"),
        "plan.median": N_("median {price}, n = {n}"),
        "plan.few": N_("{n} marked: {price}"),
        "plan.few_why": N_("too few to compare"),
        "plan.again": N_("Work it out with my quantities"),
        "plan.laws": N_("{n} legal bases"),
        "plan.none": N_("No price for this quantity"),
        "plan.days": N_("≤ {days} working days"),
        "plan.calendar": N_("≤ {days} calendar days"),
        "plan.by_list": N_("the list's limit"),
        "plan.default": N_("{days} working days"),
        "plan.by_default": N_("the operator's default; the list has no limit"),
        "plan.agencies": N_("{n} agencies mark a price"),
        "plan.perhaps": N_("Perhaps needed: answer"),
        "plan.example": N_("an example; type yours"),
        "plan.dead": N_("repealed"),
        "plan.living": N_("in force"),
        "plan.asks": N_("What is asked of the agency"),
        "plan.quantity": N_("Quantity of {item}"),
        "plan.free": N_("The authority commissions and pays"),
        "plan.save": N_("or do it yourself: ¥0"),
        "plan.nobody": N_("No agency yet"),
        "plan.error": N_("Error:"),
    }
)
