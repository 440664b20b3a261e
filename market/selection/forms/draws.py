"""What agencies and witnesses type for a draw: syntax only."""

from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field, RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from market.base.draw import Lottery
from market.selection.rules import GROUNDS, Decision
from market.web.forms import DayField, HouseForm, LineField, ProseField, WholeField, at_most, between, needed
from market.web.labels import labels


class SignUpForm(HouseForm):
    """A sign-up; the nonce is the agency's own, or empty."""

    REFUSED: ClassVar[dict[str, str]] = {"draw.nonce_malformed": "nonce"}
    nonce = LineField(_l("Your own random number"), [at_most(40)])


class RefuseForm(HouseForm):
    """Why an award is refused."""

    REFUSED: ClassVar[dict[str, str]] = {"draw.refusal_unexplained": "why"}
    why = ProseField(_l("Why do you refuse?"), [needed(), at_most(300)])


class SecretForm(HouseForm):
    """A secret of 64 hexadecimal digits, or nothing to have one made."""

    REFUSED: ClassVar[dict[str, str]] = {"beacon.secret_malformed": "secret", "beacon.wrong_secret": "secret"}
    secret = LineField(_l("Secret"), [at_most(80)], render_kw={"autocomplete": "off"})


class LotteryForm(HouseForm):
    """A published result of 双色球."""

    REFUSED: ClassVar[dict[str, str]] = {
        "beacon.lottery_malformed": "red",
        "beacon.lottery_day": "drawn_on",
        "lottery.not_drawn_yet": "drawn_on",
        "lottery.entered_already": "drawn_on",
        "lottery.counts_already": "drawn_on",
    }
    drawn_on = DayField(_l("Drawn on"), [needed()])
    issue = LineField(_l("Issue"), [needed(), at_most(7)])
    red = LineField(_l("Six red numbers"), [needed(), at_most(40)])
    blue = WholeField(_l("Blue number"), [needed(), between(1, 16)])

    def validate_red(self, _field: Field) -> None:
        """Whole numbers and nothing else; which ones, the rules judge."""
        for word in self._words():
            if not (word.isascii() and word.isdecimal()):
                raise ValidationError(_("“%(word)s” is not one of the numbers. Type six, and nothing else.", word=word))

    def _words(self) -> list[str]:
        return (self.red.data or "").replace(",", " ").replace("，", " ").split()

    def result(self) -> Lottery:
        """What was typed; the rules judge it."""
        balls = tuple(map(int, self._words()))
        return Lottery(self.issue.data or "", balls, self.blue.data or 0, self.drawn_on.data or date.min)


class DecideForm(HouseForm):
    """A decision with its ground; `decide_form` adds the choices in the reader's language."""

    REFUSED: ClassVar[dict[str, str]] = {"draw.ground_unknown": "choice", "draw.ground_unexplained": "explained"}
    choice: Any = None
    explained = LineField(_l("Explanation, published with the decision"), [needed(), at_most(300)])

    def asked(self) -> tuple[Decision, str, str]:
        """Decision, ground and explanation."""
        decision, _, ground = str(self.choice.data or "").partition(":")
        known = Decision(decision) if decision in set(Decision) else Decision.VOID
        return known, ground, self.explained.data or ""


def decide_form(offered: Iterable[Decision] = Decision) -> type[DecideForm]:
    """The form with every ground of the decisions offered."""
    words, wanted = labels(), set(offered)
    choices = [
        SelectChoice(f"{decision}:{ground}", f"{words[f'decision.{decision}']}: {words[f'ground.{ground}']}")
        for decision, grounds in GROUNDS.items()
        if decision in wanted
        for ground in grounds
    ]
    field = RadioField(_l("Decision and ground"), [needed()], choices=choices, validate_choice=False)
    return type("DecideFormHere", (DecideForm,), {"choice": field})
