"""Reading new files beside the edition in force: a part that was not handed in stays as it is there."""

from dataclasses import replace

from market.base.sheets.tables import Told
from market.base.sheets.uploads import Upload
from market.catalogue.exporting.data import ListExport
from market.catalogue.exporting.texts import part
from market.catalogue.importing.files import ListData, ListFiles, parts_in, read_list

CARRIED = "（现行版本）"


def read_beside(files: ListFiles, before: ListExport | None, told: Told) -> ListData:
    """The files read, with the schedules, links and clean-up decisions of `before` where they bring none.

    A link of `before` whose item is gone, or is now priced by the market, goes with it and is no bad cell.
    """
    if before is None:
        return read_list(files, told=told)
    own = parts_in(files.items)
    absent = {
        name: Upload(CARRIED, part(before, name))
        for name in ("schedules", "links", "cleaned_up")
        if getattr(files, name) is None and name not in own
    }
    data = read_list(replace(files, **absent), told=told)
    data.bad = [cell for cell in data.bad if cell.file != CARRIED]
    return data
