"""Receive a voice, answer it once, correct an answer, erase contacts; and count who sends how often."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import delete, select

from market.base import clock
from market.base.errors import BadState, BreaksRule, NotFound, Refusal, TooMany
from market.base.people import Actor
from market.base.refs import RefKind
from market.journal.actions import record
from market.notices.actions import queue
from market.oversight import queries, rules
from market.oversight.models import Voice, VoiceAnswer, VoiceContact, VoiceCount
from market.oversight.queries import Target
from market.oversight.rules import VOICE, Aspect, Demander, Outcome, Throttle, VoiceKind, VoiceState
from market.store.calendar import calendar
from market.store.db import db
from market.store.references import next_reference
from market.store.settings import setting

SENT, WRONG_CODE = "sent", "wrong_code"


@dataclass(frozen=True, slots=True)
class Demand:
    """Who demanded what is not on the list, when, and how much in fen; the last two may be unknown."""

    demander: Demander
    name: str
    on: date | None = None
    amount_fen: int | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody sends. `once` is the form's own token, `sender` what the sender is counted under."""

    aspect: Aspect
    target: Target
    text: str
    once: str
    sender: str
    contact: str = ""
    demand: Demand | None = None

    @property
    def kind(self) -> VoiceKind:
        """A demand was made, or an entry is objected to."""
        return VoiceKind.DEMANDED_OUTSIDE if self.demand else VoiceKind.OBJECTION


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the sender keeps: reference, secret query code (never stored), deadline, and when it was received."""

    ref: str
    code: str
    due_on: date
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Answering:
    """What the editor answers, all of it public; `reason` only for a correction."""

    outcome: Outcome
    question: str
    answer: str
    passed_to: str = ""
    reason: str = ""


def receive(given: Given, *, now: datetime) -> Receipt:
    """Take a voice from anybody and give the receipt; its code is shown once and stored only as a hash.

    Refuses TooMany `voice.too_many`, BadState `voice.sent_already`, `voice.text_short`, `voice.who_needed`,
    `voice.what_needed`, `voice.when_future`, `voice.no_person`.
    """
    today = clock.china_date(now)
    once = rules.once_hash(given.once)
    if queries.sent_before(once):
        raise BadState("voice.sent_already")
    text = _check(given, today)
    _count(given.sender, SENT, rules.SENDING, now=now)
    code = rules.new_code()
    due = calendar().after(today, int(setting("voice.answer_workdays", today))).day
    demand, target = given.demand, given.target
    voice = Voice(
        ref=next_reference(RefKind.VOICE, now), kind=given.kind, aspect=given.aspect, state=VoiceState.RECEIVED,
        entry_id=target.entry_id, edition_id=target.edition_id, service_id=target.service_id,
        clean_up_id=target.clean_up_id, said=target.said, demander=demand.demander if demand else None,
        demander_name=demand.name if demand else "", demanded_on=demand.on if demand else None,
        amount_fen=demand.amount_fen if demand else None, text=text, code_hash=rules.code_hash(code),
        once_hash=once, received_at=now, due_on=due,
    )  # fmt: skip
    db.session.add(voice)
    db.session.flush()
    if given.contact:
        db.session.add(VoiceContact(voice_id=voice.id, contact=given.contact))
    # What somebody typed stays out of the journal: it may hold personal data.
    payload = {
        "kind": given.kind.value, "aspect": given.aspect.value, "service": target.code,
        "clean_up": target.clean_up_id or 0, "due": due.isoformat(),
    }  # fmt: skip
    record("voice.receive", f"voice/{voice.ref}", actor=Actor.system(), payload=payload, now=now)
    facts = {"ref": voice.ref, "kind": f"voice_kind.{given.kind}", "due": due.isoformat()}
    told = facts | {"link": f"/desk/voices/{voice.ref}"}
    queue("notice.voice.received", to=queries.list_editors(), facts=told, now=now)
    return Receipt(voice.ref, code, due, now)


def _check(given: Given, today: date) -> str:
    text = given.text.strip()
    if len(text) < rules.LEAST_TEXT:
        raise BreaksRule("voice.text_short", least=rules.LEAST_TEXT)
    target = given.target
    if target.entry_id is None and target.clean_up_id is None and not target.said.strip():
        raise BreaksRule("voice.what_needed")
    if given.demand is not None:
        if not given.demand.name.strip():
            raise BreaksRule("voice.who_needed")
        rules.check_organisation(given.demand.name)
        if given.demand.on is not None and given.demand.on > today:
            raise BreaksRule("voice.when_future")
    return text


def answer(voice: Voice, given: Answering, *, actor: Actor, now: datetime) -> VoiceAnswer:
    """Answer a voice, once; question and answer are public from now on.

    The door holds the voice. Refuses BadState `voice.answered_once`, `voice_passed_to`, `voice.question_needed`,
    `voice.public_answer_needed`, `voice.personal_data`.
    """
    if voice.state != VoiceState.RECEIVED:
        raise BadState("voice.answered_once")
    state = VOICE.step(voice.state, "answer")
    made = _add_answer(voice, replace(given, reason=""), actor=actor, now=now)
    voice.state, voice.answered_on = state, clock.china_date(now)
    db.session.flush()
    return made


def correct(voice: Voice, given: Answering, *, actor: Actor, now: datetime) -> VoiceAnswer:
    """Correct the answer of a voice by a new one with a reason; what was answered stays and stays public.

    The door holds the voice. Refuses BadState `voice.not_answered`, `voice.reason_needed` and what `answer` refuses.
    """
    if voice.state != VoiceState.ANSWERED:
        raise BadState("voice.not_answered")
    if not given.reason.strip():
        raise BreaksRule("voice.reason_needed")
    return _add_answer(voice, given, actor=actor, now=now)


_PUBLIC = ("question", "answer", "passed_to", "reason")


def _add_answer(voice: Voice, given: Answering, *, actor: Actor, now: datetime) -> VoiceAnswer:
    if (given.outcome == Outcome.PASSED_ON) != bool(given.passed_to.strip()):
        raise BreaksRule("voice_passed_to")
    contact = queries.contact_of(voice)
    texts = {name: rules.check_public(name, getattr(given, name), contact) for name in _PUBLIC}
    for name, code in (("question", "voice.question_needed"), ("answer", "voice.public_answer_needed")):
        if not texts[name]:
            raise BreaksRule(code)
    number = len(queries.answers_of(voice)) + 1
    made = VoiceAnswer(
        voice_id=voice.id, number=number, outcome=given.outcome, answered_at=now, answered_by=actor.id, **texts
    )
    db.session.add(made)
    db.session.flush()
    act = "voice.answer" if number == 1 else "voice.correct"
    payload = {"number": number, "outcome": given.outcome.value, **texts}
    record(act, f"voice/{voice.ref}", actor=actor, payload=payload, now=now)
    return made


def check_code(ref: str, code: str, *, sender: str, now: datetime) -> Refusal | None:
    """None when the voice `ref` has this query code; else what to answer, the same whether the reference exists or not.

    The refusal is returned, not raised: the count of wrong codes has to be committed. It is NotFound
    `voice.not_found`, or TooMany `voice.too_many_tries` for whoever tried too often.
    """
    row = _counted(sender, WRONG_CODE)
    try:
        if row is not None:
            rules.QUERYING.check(row.times, row.first_at, now)
        if queries.has_code(ref, code):
            return None
        _count(sender, WRONG_CODE, rules.QUERYING, now=now)
    except TooMany as refusal:
        return refusal
    return NotFound("voice.not_found")


def erase_contacts(*, now: datetime) -> int:
    """Erase contacts some days after the answer, and counts that count no more; how many contacts they were.

    Safe to run twice.
    """
    db.session.execute(delete(VoiceCount).where(VoiceCount.first_at < now - timedelta(days=1)))
    kept = queries.answered_with_contact()
    if not kept:
        return 0
    today = clock.china_date(now)
    last = today - timedelta(days=int(setting("voice.contact_kept_days", today)))
    due = [voice for voice in kept if voice.answered_on is not None and voice.answered_on <= last]
    for voice in due:
        db.session.execute(delete(VoiceContact).where(VoiceContact.voice_id == voice.id))
        record("voice.erase_contact", f"voice/{voice.ref}", actor=Actor.system(), payload={}, now=now)
    return len(due)


def _counted(sender: str, what: str) -> VoiceCount | None:
    query = select(VoiceCount).where(VoiceCount.sender_hash == sender, VoiceCount.what == what)
    return db.session.scalar(query.with_for_update())


def _count(sender: str, what: str, throttle: Throttle, *, now: datetime) -> None:
    row = _counted(sender, what)
    if row is None:
        db.session.add(VoiceCount(sender_hash=sender, what=what, times=1, first_at=now))
    else:
        throttle.check(row.times, row.first_at, now)
        row.times, row.first_at = throttle.after(row.times, row.first_at, now)
    db.session.flush()
