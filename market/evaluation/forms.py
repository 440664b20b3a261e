"""What the evaluation desk types: syntax only."""

from typing import ClassVar

from flask_babel import lazy_gettext as _l
from wtforms import SelectField

from market.web.forms import HouseForm, WholeField, between, needed

FIRST_YEAR, LAST_YEAR = 2000, 9999


class OpenForm(HouseForm):
    """The year to evaluate and the scheme."""

    REFUSED: ClassVar[dict[str, str]] = {
        "round.exists": "year",
        "round.year_range": "year",
        "scheme": "scheme",
    }
    year = WholeField(_l("Year"), [needed(), between(FIRST_YEAR, LAST_YEAR)], render_kw={"inputmode": "numeric"})
    scheme = SelectField(_l("Scheme"), [needed()])
