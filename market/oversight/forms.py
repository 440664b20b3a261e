"""What anybody sends without an account, how it is asked for again, and what the editor answers: syntax only."""

from datetime import date
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, StringField
from wtforms.validators import ValidationError

from market.base.errors import BreaksRule, Refusal
from market.oversight.actions import Answering, Demand
from market.oversight.rules import (
    DEMANDS,
    LONGEST_ANSWER,
    LONGEST_CONTACT,
    LONGEST_NAME,
    LONGEST_TEXT,
    OBJECTIONS,
    OUTCOMES,
    Aspect,
    Demander,
    Outcome,
)
from market.web.forms import DayField, HouseForm, LineField, MoneyField, ProseField, at_most, needed
from market.web.labels import labels, said

_NO_HISTORY = {"autocomplete": "off"}


def _unseen(_form: HouseForm, field: StringField) -> None:
    # People do not see the field; programs that fill in every field do.
    if field.data:
        raise ValidationError(said(BreaksRule("voice.robot")))


class VoiceForm(HouseForm):
    """What both kinds have in common. `once` lets a form be taken once; `website` is there to stay empty."""

    REFUSED: ClassVar[dict[str, str]] = {
        "voice.text_short": "text",
        "voice.no_such_entry": "service",
        "voice.what_needed": "said",
        "voice.who_needed": "demander_name",
        "voice.no_person": "demander_name",
        "voice.when_future": "demanded_on",
    }
    once = HiddenField(validators=[needed(), at_most(64)])
    website = StringField(_l("Leave this empty"), [_unseen], render_kw={"tabindex": "-1", **_NO_HISTORY})
    text = ProseField(_l("What happened"), [needed(), at_most(LONGEST_TEXT)], render_kw={"rows": 6})
    contact = LineField(_l("Your phone or e-mail"), [at_most(LONGEST_CONTACT)], render_kw=_NO_HISTORY)

    def in_words(self) -> "VoiceForm":
        """Name the choices in the reader's language."""
        return self


class ObjectionForm(VoiceForm):
    """An objection to an entry of the list."""

    service = LineField(_l("Code of the entry"), [needed(), at_most(64)])
    aspect = RadioField(_l("What is wrong with it?"), validators=[needed()])

    def in_words(self) -> "ObjectionForm":
        """Name the choices in the reader's language."""
        words = labels()
        self.text.label.text = _l("What is wrong, and how should it be?")
        self.aspect.choices = [(one.value, words[f"aspect.{one}"]) for one in OBJECTIONS]
        return self


class DemandForm(VoiceForm):
    """A service or a fee that was demanded outside the list."""

    service = HiddenField(_l("Code of the entry"), [at_most(64)])
    removed = HiddenField(_l("Item off the list"), [at_most(19)])
    said = LineField(_l("What was demanded?"), [at_most(LONGEST_NAME)])
    aspect = RadioField(_l("What was it?"), validators=[needed()])
    demander = RadioField(_l("Who demanded it?"), validators=[needed()])
    demander_name = LineField(_l("Its name"), [needed(), at_most(LONGEST_NAME)])
    demanded_on = DayField(_l("When?"))
    amount = MoneyField(_l("How much was asked for?"))

    def in_words(self) -> "DemandForm":
        """Name the choices in the reader's language."""
        words = labels()
        self.aspect.choices = [(one.value, words[f"aspect.{one}"]) for one in DEMANDS]
        self.demander.choices = [(one.value, words[f"demander.{one}"]) for one in Demander]
        return self

    def demand(self) -> Demand:
        """Who demanded it, when, and how much."""
        on: date | None = self.demanded_on.data
        fen: Any = self.amount.data
        return Demand(Demander(self.demander.data), self.demander_name.data, on, fen)


def aspect_of(form: VoiceForm) -> Aspect:
    """The aspect that was chosen in a valid form."""
    return Aspect(form["aspect"].data)


class QueryForm(HouseForm):
    """Reference and query code, as they stand on the receipt."""

    ref = LineField(_l("Number of the voice"), [needed(), at_most(40)], render_kw=_NO_HISTORY)
    code = LineField(_l("Query code"), [needed(), at_most(60)], render_kw=_NO_HISTORY)


class AnswerForm(HouseForm):
    """The editor's answer, all of it public."""

    REFUSED: ClassVar[dict[str, str]] = {
        "voice_passed_to": "passed_to",
        "voice.question_needed": "question",
        "voice.public_answer_needed": "answer",
        "voice.reason_needed": "reason",
    }
    outcome = RadioField(_l("Outcome"), validators=[needed()])
    passed_to = LineField(_l("Passed on to"), [at_most(LONGEST_NAME)])
    question = ProseField(_l("Public question"), [needed(), at_most(LONGEST_ANSWER)], render_kw={"rows": 4})
    answer = ProseField(_l("Public answer"), [needed(), at_most(LONGEST_ANSWER)], render_kw={"rows": 6})

    def in_words(self) -> "AnswerForm":
        """Name the outcomes in the reader's language."""
        words = labels()
        self.outcome.choices = [(one.value, words[f"outcome.{one}"]) for one in OUTCOMES]
        return self

    def refuse(self, refusal: Refusal) -> None:
        """Show personal data on the field that holds it, everything else as any form does."""
        field = refusal.facts.get("field")
        if refusal.code != "voice.personal_data" or field not in self:
            super().refuse(refusal)
            return
        self.refused_status = refusal.status
        self[field].errors = [*self[field].errors, said(refusal)]

    def given(self) -> Answering:
        """What was chosen and typed."""
        reason = self["reason"].data or "" if "reason" in self else ""
        return Answering(
            Outcome(self.outcome.data), self.question.data, self.answer.data, self.passed_to.data or "", reason
        )


class CorrectionForm(AnswerForm):
    """An answer that corrects the one before, with its reason."""

    reason = ProseField(_l("Why the answer is corrected"), [needed(), at_most(LONGEST_ANSWER)], render_kw={"rows": 2})
