"""What people ask about an item, answered from the entry's own fields. Where the list is silent, the answer says so."""

from typing import NamedTuple

from market.base.words import N_, register_labels
from market.catalogue.rules import Payer, SelfService
from market.pages.cards import Card, in_words
from market.pages.queries.item import ItemFacts
from market.web.labels import labels

register_labels(
    {
        "faq.self": N_("May I do it myself?"),
        "faq.self.yes": N_("Yes. The list says that you may, and no department may make you buy it."),
        "faq.self.no": N_("No. The list says that it needs an agency; which one is your choice alone."),
        "faq.self.unknown": N_("The list does not say. Ask {authority} before you buy."),
        "faq.decided": N_("{decision}: {handling}"),
        "faq.pays": N_("Who pays?"),
        "faq.pays.authority": N_("The authority, from the treasury. Nobody may ask you for any sum."),
        "faq.pays.applicant": N_("You pay the agency that you choose, and nobody else."),
        "faq.most": N_("How much at most?"),
        "faq.most.free": N_("Nothing: ¥0."),
        "faq.most.listed": N_("By the list {price} ({note}). Enter your own quantity on this page."),
        "faq.most.marked": N_(
            "What the agency you choose has marked, not a fen more: now {price} ({note}). Enter your own quantity on this page."
        ),
        "faq.most.none": N_("The list sets no figure and no agency has marked a price yet, so nobody may charge you."),
        "faq.most.unpublished": N_("No figure is published, so nobody may charge you a sum of his own making."),
        "faq.days": N_("How long may it take?"),
        "faq.days.listed": N_("By the list {days}."),
        "faq.days.open": N_("The list sets no limit. Each agency promises its days beside its price; the contract binds it."),
        "faq.serve": N_("Who may serve?"),
        "faq.serve.commitment": N_("Any admitted agency: a commitment is enough."),
        "faq.serve.asked": N_("An admitted agency of which the list asks: {asked}."),
        "faq.serve.open": N_("Any admitted agency: the list asks for no qualification."),
        "faq.law": N_("Which law asks for it?"),
        "faq.demand": N_("What if somebody demands more?"),
        "faq.demand.text": N_(
            "Do not pay. Report it here, or call 12315 about prices and charges or 12345. Give the code {code}, who asked, and how much."
        ),
        "faq.merged": N_("Is it merged with other reports, or done for a whole area?"),
        "faq.merged.group": N_("The list names: {group}."),
        "faq.merged.zones": N_("Zones with a regional assessment: {zones}."),
        "faq.merged.none": N_("The list names no merged group and no zone for it."),
    }
)  # fmt: skip


class Answered(NamedTuple):
    """A question and its answer, and whether the report of a demand belongs below it."""

    question: str
    answer: str
    report: bool = False


def common_questions(facts: ItemFacts, card: Card, state: str) -> list[Answered]:
    """The questions in the order in which people ask them.

    `state` of the price is free, listed, marked, none (nobody has marked one yet) or unpublished.
    """
    words, entry = labels(), facts.entry
    most = words[f"faq.most.{state}"].format(price=card.price_text, note=card.price_note)
    return [
        Answered(words["faq.self"], _self(facts)),
        Answered(words["faq.pays"], words["faq.pays.authority" if entry.payer == Payer.AUTHORITY else "faq.pays.applicant"]),
        Answered(words["faq.most"], most),
        Answered(words["faq.days"], _days(facts, card)),
        Answered(words["faq.serve"], _serve(facts)),
        Answered(words["faq.law"], _law(facts)),
        Answered(words["faq.demand"], words["faq.demand.text"].format(code=entry.code), report=True),
        Answered(words["faq.merged"], _merged(facts)),
    ]  # fmt: skip


def _self(facts: ItemFacts) -> str:
    words, entry = labels(), facts.entry
    key = entry.self_service if entry.self_service in (SelfService.YES, SelfService.NO) else "unknown"
    told = words[f"faq.self.{key}"].format(authority=in_words(facts.act.authority_zh, facts.act.authority_en))
    if not entry.mark:
        return told
    decided = words["faq.decided"].format(decision=entry.mark_decision, handling=entry.mark_handling)
    return f"{told} {decided}"


def _days(facts: ItemFacts, card: Card) -> str:
    entry, words = facts.entry, labels()
    if entry.time_limit_workdays or entry.time_limit_calendar_days:
        return words["faq.days.listed"].format(days=card.days_text)
    return words["faq.days.open"]


def _serve(facts: ItemFacts) -> str:
    words, entry = labels(), facts.entry
    if entry.commitment_only:
        return words["faq.serve.commitment"]
    required = [" ".join(part for part in row[1:] if part) for row in facts.several.requirements]
    asked = "; ".join(part for part in (entry.qualification, *required, entry.filing) if part)
    return words["faq.serve.asked"].format(asked=asked) if asked else words["faq.serve.open"]


def _law(facts: ItemFacts) -> str:
    cited = [f"《{one.title}》{one.article}" for one in facts.several.articles]
    return "; ".join(cited) if cited else facts.entry.legal_basis


def _merged(facts: ItemFacts) -> str:
    words, told = labels(), []
    if facts.entry.merged_group:
        told.append(words["faq.merged.group"].format(group=facts.entry.merged_group))
    if facts.several.zones:
        zones = "; ".join(in_words(zh, en) for _code, zh, en in facts.several.zones)
        told.append(words["faq.merged.zones"].format(zones=zones))
    return " ".join(told) or words["faq.merged.none"]
