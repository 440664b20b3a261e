"""Every visible text has its Chinese, every refusal and message its sentence, every stored value its label."""

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from enum import EnumType
from pathlib import Path

import pytest

import market
from market import words
from market.base.errors import Refusal
from market.base.lifecycle import Lifecycle
from market.base.words import LABELS, SENTENCES
from market.pages.queries.log_states import tables
from market.store.settings import DEFAULTS

PACKAGE = Path(market.__file__).parent
KINDS = {kind.__name__ for kind in (Refusal, *Refusal.__subclasses__())}
CODE = re.compile(r"[a-z_]+(\.[A-Za-z0-9_-]+)*")
ACT = re.compile(r"[a-z_]+\.[a-z_]+")


def modules() -> Iterator[str]:
    for found in pkgutil.walk_packages([str(PACKAGE)], "market."):
        if "migrations" not in found.name:
            yield found.name


@pytest.fixture(scope="module", autouse=True)
def _everything_registered() -> None:
    for name in modules():
        importlib.import_module(name)


def calls() -> Iterator[tuple[str, str, str]]:
    """Yield (function, its first argument, where) for every call with a text as first argument."""
    for file in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                if isinstance(node.args[0].value, str):
                    yield name, node.args[0].value, f"{file.relative_to(PACKAGE.parent)}:{node.lineno}"


def texts_beside(call: str) -> Iterator[str]:
    """Yield every text in the code of the files with such a call."""
    for file in sorted(PACKAGE.rglob("*.py")):
        source = file.read_text()
        for node in ast.walk(ast.parse(source)) if f"{call}(" in source else ():
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def test_every_text_has_one_translation_with_its_placeholders() -> None:
    assert words.merge().problems == []


def test_every_visible_text_has_chinese_and_no_translation_is_left_over() -> None:
    assert words.check(words.merge()) == []


def test_every_refusal_code_in_the_code_has_a_sentence() -> None:
    lacking = [f"{where}: {code}" for name, code, where in calls() if name in KINDS and code not in SENTENCES]
    assert lacking == []


def test_every_finding_of_the_verification_has_a_sentence() -> None:
    found = [(code, where) for name, code, where in calls() if name in ("Finding", "finding")]
    assert len(found) > 30
    assert [one for one in found if one[0] not in SENTENCES] == []


def test_every_act_of_the_journal_has_words() -> None:
    recorded = {code for name, code, _ in calls() if name in ("record", "record_each")}
    lives = {act for table in tables().values() for act in table}
    kinds = {act.split(".")[0] for act in recorded}
    # An act that is chosen beforehand is still a text of the same file, which is neither refusal, setting nor label.
    chosen = {text for text in texts_beside("record") if ACT.fullmatch(text) and text.split(".")[0] in kinds}
    chosen -= SENTENCES.keys() | DEFAULTS.keys() | LABELS.keys()
    assert len(recorded) > 50
    assert "filing.end_row" in chosen
    assert sorted(act for act in recorded | lives | chosen if f"deed.{act}" not in LABELS) == []


def test_every_message_to_people_has_a_sentence() -> None:
    lacking = [f"{where}: {code}" for name, code, where in calls() if name == "queue" and code not in SENTENCES]
    assert lacking == []


def test_every_sentence_fills_only_named_facts() -> None:
    odd = [code for code, text in SENTENCES.items() if re.search(r"\{[^a-z]|%\(", text)]
    assert odd == []


def test_every_state_of_every_lifecycle_has_a_label() -> None:
    lacking = [
        f"{value.name}.{state}"
        for name in modules()
        if name.endswith(".rules")
        for value in vars(importlib.import_module(name)).values()
        if isinstance(value, Lifecycle)
        for state in value.states
        if f"{value.name}.{state}" not in LABELS
    ]
    assert lacking == []


def test_labels_are_keyed_by_column_and_value() -> None:
    assert [key for key in LABELS if not CODE.fullmatch(key)] == []


def test_every_role_and_kind_of_organisation_has_a_label() -> None:
    people = importlib.import_module("market.base.people")
    for prefix, kind in (("role", people.Role), ("organisation", people.OrganisationKind)):
        assert isinstance(kind, EnumType)
        assert [value for value in kind if f"{prefix}.{value}" not in LABELS] == []


def test_the_check_finds_a_text_without_chinese_and_a_lost_placeholder(tmp_path: Path) -> None:
    (tmp_path / "a.po").write_text('msgid "Pay {amount}"\nmsgstr "支付"\n\nmsgid "Never said"\nmsgstr "从未"\n')
    (tmp_path / "b.po").write_text('msgid "Never said"\nmsgstr "另译"\n')
    merged = words.merge(tmp_path)
    assert any("differ in {amount}" in problem for problem in merged.problems)
    assert any("translated otherwise in a.po" in problem for problem in merged.problems)
    found = words.check(merged)
    assert any("no Chinese for 'Sign in'" in line for line in found)
    assert "nobody says 'Never said'" in found
