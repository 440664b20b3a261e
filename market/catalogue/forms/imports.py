"""What is handed in at the desk to make a draft of."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired

from market.catalogue.importing import Upload
from market.catalogue.rules import FileRole
from market.web.forms import HouseForm, LineField, TickField, at_most


class ImportForm(HouseForm):
    """A list as files: the items, and what belongs to them."""

    REFUSED = {"import": "items", "list_import": "items"}
    items = FileField(_l("Items"), validators=[FileRequired(_l("Choose the file of the list."))])
    schedules = FileField(_l("Price schedules"))
    links = FileField(_l("Which schedule belongs to which item"))
    cleaned_up = FileField(_l("Clean-up decisions"))
    title = LineField(_l("Title of the draft"), [at_most(200)])
    replaces = TickField(_l("Throw the present draft away for this one"))

    def uploads(self) -> dict[str, Upload]:
        """The files by role; what was not chosen is absent."""
        found = {}
        for role in FileRole:
            file = self[role].data
            if file is not None and file.filename:
                name = file.filename.replace("\\", "/").rpartition("/")[2][:200]
                found[str(role)] = Upload(name, file.read())
                file.close()
        return found
