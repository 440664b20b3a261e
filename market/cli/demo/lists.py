"""The two editions of the demo city's list: before the Ecological and Environmental Code, and from its day on."""

from datetime import date
from importlib.resources import as_file, files

from market.base import clock
from market.base.people import Actor
from market.base.sheets.cells import Row
from market.catalogue import actions as catalogue
from market.catalogue import queries
from market.catalogue.citations import citations
from market.catalogue.importing import ListData, ListFiles, Upload, read_list
from market.jobs.catalogue import bring_list_into_force
from market.store.transaction import transaction

CODE_DAY = date(2026, 8, 15)
"""From this day the Code is in force, and what it superseded is not."""
_CODE = "生态环境法典"
_BEFORE_IT = "《中华人民共和国环境影响评价法》第十六条、第十九条"
_FILES = ("items.csv", "price_schedules.json", "links.csv", "cleaned_up.csv")


def packaged_list(day: date) -> ListData:
    """The package's copy of the real list as it can be in force on a day.

    Before the Code's day nothing can rest on it alone: such entries are left out, but for the two reports that the
    environmental impact assessment law demanded till then, which cite that law.
    """
    with as_file(files("market.catalogue") / "data") as folder:
        data = read_list(ListFiles(*(Upload.of(folder / name) for name in _FILES)))
    if day < CODE_DAY:
        data.items = [earlier for row in data.items if (earlier := _before_the_code(row)) is not None]
        names = {row["name_zh"] for row in data.items}
        data.links = [link for link in data.links if link["name_zh"] in names]
    return data


def publish_packaged_list(editor: Actor, approver: Actor, *, effective_from: date | None = None) -> None:
    """Import the package's list, publish it by a second person, and let the clock bring it in when its day has come.

    In force from today unless another day is named.
    """
    data = packaged_list(effective_from or clock.today())
    number = len(queries.editions()) + 1
    with transaction() as now:
        catalogue.import_edition(data, f"行政权力中介服务事项清单（第{number}版）", actor=editor, now=now)
    with transaction() as now:
        catalogue.submit(queries.edition_numbered(number), actor=editor, now=now)
    with transaction() as now:
        catalogue.publish(queries.edition_numbered(number), effective_from, actor=approver, now=now)
    bring_list_into_force()


def _before_the_code(row: Row) -> Row | None:
    cited = {one.key for one in citations(row["legal_basis_zh"])}
    if cited != {_CODE}:
        return row
    if row["name_zh"].startswith("环境影响报告"):
        return Row(row.line, {**row.cells, "legal_basis_zh": _BEFORE_IT})
    return None
