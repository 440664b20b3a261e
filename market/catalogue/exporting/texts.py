"""The list as CSV and as JSON."""

import csv as table
import io

from market.base.sheets.values import protected
from market.catalogue.exporting.data import ListExport, shown_rows
from market.catalogue.importing.exact import exact_json


def csv(data: ListExport) -> bytes:
    """The items as CSV with English keys, UTF-8 with the mark that spreadsheets look for; no cell is a formula."""
    _, columns, rows = data.parts()[0]
    text = io.StringIO(newline="")
    writer = table.writer(text)
    writer.writerow([column.key for column in columns])
    writer.writerows([protected(row.get(column.key, "")) for column in columns] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def json(data: ListExport) -> bytes:
    """Everything as one JSON document; decimals digit by digit."""
    head = {
        "title": data.title,
        "number": data.number,
        "effective_from": data.effective_from.isoformat() if data.effective_from else None,
    }
    parts = {name: shown_rows(columns, rows) for name, columns, rows in data.parts()}
    return (exact_json({**head, **parts, "schedules": data.schedules}) + "\n").encode()


def part(data: ListExport, name: str) -> bytes:
    """One part alone (links, cleaned_up or schedules) as a JSON document that `importing` reads."""
    if name == "schedules":
        return exact_json({"schedules": data.schedules}).encode()
    columns, rows = next((columns, rows) for one, columns, rows in data.parts() if one == name)
    return exact_json({name: shown_rows(columns, rows)}).encode()
