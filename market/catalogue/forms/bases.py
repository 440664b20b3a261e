"""What people type about the register of legal bases: syntax only."""

from typing import ClassVar

from flask_babel import lazy_gettext as _l
from wtforms import SelectField

from market.catalogue.actions.bases import Standing
from market.web.forms import DayField, HouseForm, LineField, ProseField, at_most, needed

NOBODY = 0
"""The choice of no successor."""


class StandingForm(HouseForm):
    """What is known of a law from now on."""

    REFUSED: ClassVar[dict[str, str]] = {
        "basis.dates_contradict": "repealed_from",
        "basis.own_successor": "superseded_by",
        "basis.reason_needed": "reason",
    }
    organ = LineField(_l("Issuing organ"), validators=[at_most(200)])
    in_force_from = DayField(_l("In force from"))
    repealed_from = DayField(_l("Repealed from"))
    superseded_by = SelectField(_l("Superseded by"), coerce=int, default=NOBODY)
    reason = LineField(_l("On which document this rests"), validators=[needed(), at_most(300)])

    def standing(self) -> Standing:
        """What was typed, as the action takes it."""
        return Standing(
            organ=self.organ.data or "",
            in_force_from=self.in_force_from.data,
            repealed_from=self.repealed_from.data,
            superseded_by=self.superseded_by.data or None,
            reason=self.reason.data or "",
        )


class BasisForm(StandingForm):
    """A law or document to enter."""

    REFUSED: ClassVar[dict[str, str]] = {**StandingForm.REFUSED, "basis.known_already": "title"}
    title = LineField(_l("Title"), validators=[needed(), at_most(200)])
    number = LineField(_l("Document number"), validators=[at_most(100)])


class ArticleForm(HouseForm):
    """An article with its text."""

    REFUSED: ClassVar[dict[str, str]] = {"store": "text"}
    article = LineField(_l("Article"), validators=[at_most(60)])
    text = ProseField(_l("Text of the article"), validators=[needed(), at_most(4000)])
