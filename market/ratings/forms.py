"""What a buyer says of a job: syntax only."""

from typing import ClassVar

from flask_babel import lazy_gettext as _l
from wtforms import RadioField

from market.ratings.rules import HIGHEST, LONGEST_COMMENT, LOWEST, Factor, Given
from market.web.forms import HouseForm, ProseField, at_most, needed
from market.web.labels import labels


class RateForm(HouseForm):
    """A level for each factor, and a comment."""

    REFUSED: ClassVar[dict[str, str]] = {"rating.comment_needed": "comment", "rating.level": "quality"}
    quality = RadioField(validators=[needed()])
    timeliness = RadioField(validators=[needed()])
    attitude = RadioField(validators=[needed()])
    charge = RadioField(validators=[needed()])
    norms = RadioField(validators=[needed()])
    comment = ProseField(_l("Comment"), [at_most(LONGEST_COMMENT)], render_kw={"rows": 4})

    def in_words(self) -> "RateForm":
        """Name the factors and levels in the reader's language."""
        words = labels()
        for factor in Factor:
            self[factor].label.text = words[f"factor.{factor}"]
            self[factor].choices = [(str(level), words[f"level.{level}"]) for level in range(HIGHEST, LOWEST - 1, -1)]
        return self

    def given(self) -> Given:
        """What was chosen and typed."""
        return Given({factor.value: int(self[factor].data) for factor in Factor}, self.comment.data or "")
