"""A sheet to hand in."""

from typing import Any, ClassVar, cast

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired

from market.base.sheets.uploads import Upload
from market.web.forms import HouseForm

_LONGEST_NAME = 200


class SheetForm(HouseForm):
    """A workbook; its sheets are told apart by their names."""

    REFUSED: ClassVar[dict[str, str]] = {"import": "file", "sheets": "file", "sheet_upload": "file"}
    file = FileField(_l("Workbook"), [FileRequired(_l("Choose the workbook."))], render_kw={"accept": ".xlsx"})

    def upload(self) -> Upload:
        """The file that was chosen; of a long name its end, where it says what it is."""
        file = cast(Any, self.file.data)
        last = str(file.filename).replace("\\", "/").rpartition("/")[2]
        name = "".join(sign for sign in last if sign.isprintable()).strip()[-_LONGEST_NAME:]
        content = file.read()
        file.close()
        return Upload(name, content)
