"""What people type about an edition."""

from flask_babel import lazy_gettext as _
from wtforms.validators import Optional

from market.web.forms import DayField, HouseForm


class PublishForm(HouseForm):
    """From which day the edition is in force."""

    REFUSED = {"edition.date_taken": "effective_from"}
    effective_from = DayField(_("In force from"), validators=[Optional()])
