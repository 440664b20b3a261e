"""What the verification of the log found, told on the pages in the reader's language."""

import json
import re
import string
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from market.base.words import SENTENCES
from market.journal.rules.finding import Finding, entry_named, from_plain
from market.pages.queries.log_words import Thing, differs, unlawful_entry, unlike
from tests.journal.around import site_of
from tests.pages.reading import page

NOW = datetime(2026, 3, 2, 1, 2, 3, tzinfo=UTC)
REQUEST = Thing("request/RQ-2026-000001K", "request")
EVERY = {code: text for code, text in SENTENCES.items() if code.startswith("finding.")}


def kept(app: Flask, wrong: list[Finding]) -> None:
    site_of(app).keep_verification(9, wrong, now=NOW)


def found(client: FlaskClient, lang: str) -> list[str]:
    """Return the lines of the list on /log as they are read."""
    (listed,) = re.findall(
        r'<ul class="plain-list found-wrong">(.*?)</ul>', page(client, f"/log?lang={lang}"), re.DOTALL
    )
    return [one.replace("&#39;", "'") for one in re.findall(r"<li>(.*?)</li>", listed, re.DOTALL)]


def test_a_finding_is_read_in_chinese_and_in_english_with_the_words_of_acts_and_states(
    app: Flask, client: FlaskClient
) -> None:
    award = {"state": "void", "decided_at": None}
    chain = {"entry": entry_named(None), "act": "request.award", "obj": REQUEST.name, "rev": 3}
    (told,) = unlike(Thing("award/AW-1", "award"), award, {"state": "void", "decided_at": NOW})
    wrong = [
        differs(REQUEST, "open", "draft"),
        unlawful_entry(7, REQUEST, act="request.award", state="draft"),
        Finding("finding.chain", chain),
        Finding("finding.chain", {**chain, "act": "request.never_heard_of"}),
        told,
    ]
    assert list(map(str, wrong)) == [
        "request/RQ-2026-000001K: the table says 'open', the log 'draft'",
        "entry 7: request.award on request/RQ-2026-000001K is not lawful in the state 'draft'",
        "an act that waits: request.award on request/RQ-2026-000001K does not follow act 3 of request/RQ-2026-000001K",
        "an act that waits: request.never_heard_of on request/RQ-2026-000001K does not follow act 3 of"
        " request/RQ-2026-000001K",
        "award/AW-1: the table says decided_at 'None', the log '2026-03-02 01:02:03+00:00'",
    ]
    kept(app, wrong)
    assert found(client, "zh") == [
        "request/RQ-2026-000001K：数据表记为“选取中”，按公示日志应为“草稿”",
        "第 7 条：对 request/RQ-2026-000001K 的操作“选定机构并写明理由（request.award）”不能在“草稿”状态下进行",
        "一步尚未编号的操作：对 request/RQ-2026-000001K 的操作“选定机构并写明理由（request.award）”"
        "接不上 request/RQ-2026-000001K 的第 3 步操作",
        "一步尚未编号的操作：对 request/RQ-2026-000001K 的操作“request.never_heard_of”接不上 request/RQ-2026-000001K"
        " 的第 3 步操作",
        "award/AW-1：数据表的 decided_at 记为“—”，按公示日志应为“2026-03-02 01:02:03+00:00”",
    ]
    assert found(client, "en")[:2] == [
        "request/RQ-2026-000001K: the table says 'Open for selection', the log 'Draft'",
        "entry 7: request.award “Agency selected, with the reasons” on request/RQ-2026-000001K is not lawful in the"
        " state 'Draft'",
    ]


def test_every_finding_is_written_down_read_again_and_shown_in_chinese(app: Flask, client: FlaskClient) -> None:
    wrong = [
        Finding(code, {name: f"<{name}>" for _, name, _, _ in string.Formatter().parse(text) if name})
        for code, text in EVERY.items()
    ]
    assert len(wrong) > 35
    kept(app, wrong)
    known = site_of(app).verification()
    assert known is not None
    assert list(known.wrong) == wrong
    for line, text in zip(found(client, "zh"), EVERY.values(), strict=True):
        own = re.sub(r"&lt;\w+&gt;|journal_row", "", line)
        assert own and not re.search(r"[A-Za-z]", own), (text, line)


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("draw/DR-1: a line of {old} days", ["本网站较早版本的记录：draw/DR-1: a line of {old} days"]),
        ({"code": "finding.of_tomorrow", "facts": {"a": 1}}, ["finding.of_tomorrow"]),
        ({"code": "finding.leaf", "facts": {}}, ["：journal_row 表第  行的各列算不出该条的哈希"]),
        ({"code": "finding.leaf"}, None),
        (7, None),
    ],
)
def test_a_file_of_another_version_breaks_no_page(
    app: Flask, client: FlaskClient, line: object, shown: list[str] | None
) -> None:
    kept(app, [])
    told = {"at": NOW.isoformat(), "entries": 9, "wrong": [line], "count": 1}
    (site_of(app).folder / "log_verified").write_text(json.dumps(told), "utf-8")
    if shown is None:
        assert "尚未全面核对" in page(client, "/log?lang=zh")
    else:
        assert found(client, "zh") == shown


def test_a_finding_within_a_finding_is_kept_whole() -> None:
    inner = Finding("finding.sign_up_gone", {"entry": entry_named(5)})
    whole = Finding("finding.draw", {"obj": "draw/DR-1", "what": inner})
    assert from_plain(json.loads(json.dumps(whole.plain()))) == whole
    assert str(whole) == "draw/DR-1: entry 5 is a sign-up, and no participant has its receipt"
