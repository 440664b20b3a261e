"""What the documentation names exists: files, headings, make targets, commands with their options."""

import re
import shlex
from pathlib import Path

import click
import pytest
from flask import Flask

from tests.docs.pages import PAGES, commands, name_of, prose
from tests.docs.written import ROOT

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
PLACE = re.compile(r"`((?:market|templates|static|tests|bench|docs|requirements|\.ci)/[\w./-]*)`")
OUTSIDE = re.compile(r"https?://([\w.-]+)")
MADE = ("static/vendor/node_modules",)
each_page = pytest.mark.parametrize("page", PAGES, ids=name_of)


def anchors(page: Path) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", prose(page), re.M)
    return {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}


@each_page
def test_every_link_leads_to_something(page: Path) -> None:
    lost = []
    for target in LINK.findall(prose(page)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        if not file.exists() or (anchor and anchor not in anchors(file)):
            lost.append(target)
    assert not lost


@each_page
def test_every_place_that_is_named_exists(page: Path) -> None:
    named = {place for place in PLACE.findall(prose(page)) if not place.startswith(MADE)}
    assert not [place for place in named if not (ROOT / place).exists()]


@each_page
def test_no_page_names_a_machine_or_a_place_on_the_web(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert set(OUTSIDE.findall(text)) <= {"127.0.0.1"}
    assert not re.search(r"(?<![\w.])/(?:root|home|tmp|work|Users)/", text)


@each_page
def test_every_make_target_that_is_named_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    named = {command.split()[1] for command in commands(page) if command.startswith("make ")}
    assert {name for name in named if "=" not in name} <= targets


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_every_command_that_is_named_exists_with_its_options(app: Flask) -> None:
    wrong = []
    for page in PAGES:
        for line in commands(page):
            words = shlex.split(line.replace("...", ""))
            if words[0] == "flask" and (fault := fault_of(app.cli, words[1:])):
                wrong.append(f"{name_of(page)}: {line}: {fault}")
    assert not wrong, "\n".join(wrong)


def fault_of(group: click.Command, words: list[str]) -> str:
    """Say why the command line cannot be understood; nothing is run. A bare `flask list` names a group."""
    try:
        context = click.Context(group, info_name="flask")
        while isinstance(group, click.Group) and words:
            _, found, words = group.resolve_command(context, words)
            assert found is not None
            group = found
            context = click.Context(group, parent=context)
        if not isinstance(group, click.Group) and words:
            # What a command would ask for is given here: nobody sits at this terminal.
            asked = [one for one in group.params if isinstance(one, click.Option) and one.prompt]
            group.make_context(group.name, [*words, *(word for one in asked for word in (one.opts[0], "x"))])
    except click.ClickException as error:
        return error.format_message()
    return ""


def test_every_page_of_docs_that_code_names_exists() -> None:
    sources = [
        path for folder in ("market", "templates", "tests", "bench") for path in (ROOT / folder).rglob("*.[ph][yt]*")
    ]
    named = {
        place
        for path in [*sources, ROOT / "Makefile", ROOT / "pyproject.toml"]
        if path.suffix in (".py", ".html", ".toml", "")
        for place in re.findall(r"\bdocs/[\w/-]+\.md", path.read_text(encoding="utf-8"))
    }
    assert not [place for place in named if not (ROOT / place).exists()]
