"""The list's own journey: a broken workbook, mended by its marked copy, approved by a second person, then public."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Page

from market.catalogue import exporting, queries
from market.catalogue.exporting import ListExport
from market.catalogue.importing.columns import ITEMS
from market.catalogue.queries.export import export_of
from market.store.db import db
from tests.browser.test_pages import sign_in

NEW = {"zh": "【虚构】样例新事项评估", "en": "Sample new review"}
COLUMN = {one.key: at for at, one in enumerate(ITEMS, 1)}


def broken_workbook(whole: ListExport) -> bytes:
    """The edition in force without its last item, with a new one, whose price management mode nobody knows."""
    *kept, last = whole.items
    new = {**last, "local_code": "", "name_zh": NEW["zh"], "name_en": NEW["en"], "pricing": "market_regulated"}
    items = [*kept, {**new, "payer": "", "commissioned_by": "", "act_name_zh": "【虚构】样例新许可"}]
    book = openpyxl.load_workbook(io.BytesIO(exporting.xlsx(ListExport(items))))
    book["事项"].cell(len(items) + 1, COLUMN["pricing"]).value = "随行就市"
    book["事项"].cell(2, COLUMN["time_limit_workdays"]).value = "15天"
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def mended(path: Path) -> bytes:
    """What the editor makes of the marked copy: every marked cell corrected."""
    book = openpyxl.load_workbook(path)
    sheet = book["事项"]
    marked = [cell for row in sheet.iter_rows() for cell in row if cell.comment]
    assert [cell.value for cell in marked] == ["15天", "随行就市"]
    marked[0].value, marked[1].value = 15, "市场调节价"
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_editor_mends_a_broken_workbook_and_a_second_person_publishes_it(
    language: str,
    open_page: Callable[..., Page],
    live_server: Any,
    axe: Callable[[Page], None],
    fits: Callable[[Page], None],
    tmp_path: Path,
) -> None:
    with live_server.app.app_context():
        before = queries.editions()[0]
        content, number = broken_workbook(export_of(before)), before.number + 1
        db.session.rollback()
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    page = open_page(language=language)
    sign_in(page, "editor")
    page.goto("/desk/editions/import")
    axe(page)
    form = page.locator('main form[enctype="multipart/form-data"]')
    form.locator('[name="items"]').set_input_files({"name": "清单.xlsx", "mimeType": kind, "buffer": content})
    form.locator('[name="title"]').fill(f"【虚构】第{number}版")
    form.locator("button").click()
    alert = page.locator('main [role="alert"]')
    assert alert.is_visible()
    assert "随行就市" in page.inner_text("main")
    axe(page)
    fits(page)
    with page.expect_download() as download:
        page.locator('main a[href$="/items/marked"]').click()
    assert download.value.suggested_filename == "清单-问题.xlsx"
    path = tmp_path / "marked.xlsx"
    download.value.save_as(path)
    form.locator('[name="items"]').set_input_files({"name": "清单.xlsx", "mimeType": kind, "buffer": mended(path)})
    form.locator("button").click()
    assert NEW[language] in page.inner_text("main") or NEW["zh"] in page.inner_text("main")
    page.goto(f"/desk/editions/{number}")
    page.locator('main form[action$="/submit"] button').click()
    assert page.locator('main form[action$="/publish"]').count() == 0

    second = open_page(language=language)
    sign_in(second, "approver")
    second.goto(f"/desk/editions/{number}")
    second.click("main details.confirm summary")
    # A later edition needs a later day, whichever language comes first.
    second.locator('main form[action$="/publish"] [name="effective_from"]').fill(f"2026-{number + 2:02d}-01")
    second.locator('main form[action$="/publish"] button').click()
    anybody = open_page(language=language)
    anybody.goto(f"/editions/{number}?q=")
    for _ in range(9):
        if NEW[language] in anybody.inner_text("main"):
            break
        anybody.locator('main a[rel="next"]').click()
    assert NEW[language] in anybody.inner_text("main")
    axe(anybody)
