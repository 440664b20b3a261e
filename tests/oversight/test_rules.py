"""The voice's own law: its code, what may not be published, and how often is too often."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from market.base.errors import TooMany
from market.oversight import rules
from market.oversight.rules import QUERYING, SENDING, sender_hash
from tests.make import refuses

NOW = datetime(2026, 3, 2, 4, tzinfo=UTC)


def test_a_query_code_has_at_least_eighty_bits_and_is_grouped_for_reading() -> None:
    codes = {rules.new_code() for _ in range(200)}
    assert len(codes) == 200
    assert all(re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{5}-){3}[0-9A-HJKMNP-TV-Z]{5}", code) for code in codes)
    assert 32**20 >= 2**80


@pytest.mark.parametrize(
    "typed",
    [
        "ab1cd-0efgh-jkmnp-qrstv",
        " AB1CD 0EFGH JKMNP QRSTV ",
        "abicdOefghjkmnpqrstv",
        "ＡＢ１ＣＤ０ＥＦＧＨＪＫＭＮＰＱＲＳＴＶ",
    ],
)
def test_a_query_code_is_read_as_people_type_it(typed: str) -> None:
    assert rules.fits(typed, rules.code_hash("AB1CD-0EFGH-JKMNP-QRSTV"))


def test_no_code_fits_what_is_not_there() -> None:
    assert not rules.fits("", None) and not rules.fits("AB1CD", None) and not rules.fits("", rules.code_hash("x"))


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("请打 13812345678 找我", ["phone"]),
        ("138-1234-5678", ["phone"]),
        ("138 1234 5678", ["phone"]),
        ("１３８１２３４５６７８", ["phone"]),
        ("＋86 138 123 45678", ["phone"]),
        ("0743-8222222", ["phone"]),
        ("（0743）8222222", ["phone"]),
        ("联系电话：8222222", ["phone"]),
        ("身份证 430302198807150015", ["identity"]),
        ("11010519491231002x", ["identity"]),
        ("a.b+c@example.com.cn", ["email"]),
        ("ａ＠example．com", ["email"]),
        ("a@b.cn 13912345678", ["email", "phone"]),
    ],
)  # fmt: skip
def test_personal_data_is_found_however_it_is_written(text: str, kinds: list[str]) -> None:
    assert rules.personal_data(text) == kinds


@pytest.mark.parametrize(
    "text",
    [
        "请拨打 12315 或者 12345。",
        "依据湘政办发〔2020〕46号，2026-03-05 起执行。",
        "收费 ¥52,000.00，ZJ-0106，VO-2026-000001X",
        "统一社会信用代码 91431200MA4L0XYZ1Q",
        "投资额 10,000,000,000.00 元",
    ],
)
def test_hotlines_documents_sums_and_references_are_no_personal_data(text: str) -> None:
    assert rules.personal_data(text) == []


def test_the_contact_that_was_given_is_found_however_it_is_spaced() -> None:
    assert rules.personal_data("可加 wx_lixiang 88 联系", "WX-LiXiang88") == ["contact"]
    assert rules.personal_data("没有联系方式", "WX-LiXiang88") == []
    assert rules.personal_data("任何文字", "") == []


def test_a_public_text_with_personal_data_is_refused_and_says_what_was_found() -> None:
    with refuses("voice.personal_data") as refused:
        rules.check_public("answer", "找 13812345678")
    assert refused.value.facts == {"field": "answer", "found": ["personal.phone"]}
    assert rules.check_public("answer", "  好 ") == "好"
    with refuses("voice.no_person"):
        rules.check_organisation("张某 13812345678")


@pytest.mark.parametrize("throttle", [SENDING, QUERYING])
def test_a_throttle_opens_again_after_its_window_and_not_before(throttle: rules.Throttle) -> None:
    throttle.check(throttle.most - 1, NOW, NOW)
    with pytest.raises(TooMany) as refused:
        throttle.check(throttle.most, NOW, NOW + throttle.window - timedelta(seconds=1))
    assert refused.value.facts["seconds"] >= 1
    throttle.check(throttle.most, NOW, NOW + throttle.window)
    assert throttle.after(throttle.most, NOW, NOW + throttle.window) == (1, NOW + throttle.window)
    assert throttle.after(1, NOW, NOW) == (2, NOW)


def test_a_sender_is_counted_by_day_under_a_keyed_hash_and_by_household() -> None:
    day = date(2026, 3, 2)
    one = sender_hash("192.0.2.7", "secret", day)
    assert one != sender_hash("192.0.2.8", "secret", day) != sender_hash("192.0.2.7", "other", day)
    assert one != sender_hash("192.0.2.7", "secret", date(2026, 3, 3)) and "192" not in one
    assert sender_hash("2001:db8::1", "s", day) == sender_hash("2001:db8::ffff:2", "s", day)
    assert sender_hash("2001:db8::1", "s", day) != sender_hash("2001:db8:0:1::1", "s", day)
    assert sender_hash("::ffff:192.0.2.7", "secret", day) == one
    assert sender_hash("", "s", day) == sender_hash("nonsense", "s", day)
