"""The guides as they are written in `docs/`: one Markdown file each, parted into languages and sections.

A file of `docs/users` has a Chinese half and an English half, each beginning with its own `#` heading and parted by a
line `---`; what follows a second such line belongs to both. A file without that line is one text for every reader.
"""

import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from market.base.people import Role
from market.base.words import N_, register_labels, register_sentences

DOCS = Path(__file__).resolve().parents[3] / "docs"
PICTURES = DOCS / "users" / "pictures"

_HALVES = re.compile(r"^---\n\s*(?=# )", re.M)
_FENCE = re.compile(r"^```.*?^```$", re.M | re.S)
_HEADING = re.compile(r"^## +(.+)$", re.M)
_BOTH = re.compile(r"(?P<en>[A-Z][^\u4e00-\u9fff]+) (?P<zh>[\u4e00-\u9fff].*)")
_NOT_IN_SLUG = re.compile(r"[^\w -]")


@dataclass(frozen=True, slots=True)
class Guide:
    """One file: its name in addresses, and its place in `docs/`. The label `help.<key>` says for whom it is."""

    key: str
    path: str


USERS = tuple(
    Guide(key, f"users/{key}.md") for key in ("enterprise", "agency", "citizen", "regulator", "auditor", "operator")
)
REFERENCE = tuple(Guide(key, f"{key}.md") for key in ("limits", "lifecycles", "list-files", "agency-sheets"))
register_labels(
    {
        "help.enterprise": N_("Enterprises and departments that buy"),
        "help.enterprise.what": N_(
            "See what a permit needs, compare prices, publish a request, sign, accept, pay and rate."
        ),
        "help.agency": N_("Intermediary agencies"),
        "help.agency.what": N_("Be admitted, mark prices, quote, deliver, issue a fee note, read your evaluation."),
        "help.citizen": N_("Everybody"),
        "help.citizen.what": N_(
            "Report what is demanded outside the list, object to an entry, see how the list was. No account needed."
        ),
        "help.regulator": N_("Regulators"),
        "help.regulator.what": N_(
            "Draft and publish the list, check admissions, answer voices, run the yearly evaluation."
        ),
        "help.auditor": N_("Auditors"),
        "help.auditor.what": N_("What can be checked today, and the script that recomputes hashes and scores."),
        "help.operator": N_("Operators"),
        "help.operator.what": N_("Install, set up, back up, upgrade, and what to do when something is wrong."),
        "help.limits": N_("Limits"),
        "help.limits.what": N_("Terms in working days, largest sums, sizes of files"),
        "help.lifecycles": N_("Lifecycles"),
        "help.lifecycles.what": N_("The states of everything and the moves between them"),
        "help.list-files": N_("Files of the list"),
        "help.list-files.what": N_("Every column of the files a list comes in"),
        "help.agency-sheets": N_("Workbooks of agencies"),
        "help.agency-sheets.what": N_("Every column of the sheets of agencies, papers and prices"),
    }
)
register_sentences({"help.not_found": N_("There is no such help page. The overview of the help names all of them.")})
_OF_ROLES = {
    Role.ENTERPRISE: "enterprise",
    Role.DEPARTMENT: "enterprise",
    Role.AGENCY: "agency",
    Role.AUDITOR: "auditor",
    Role.OPERATOR: "operator",
}
GUIDES = {guide.key: guide for guide in (*USERS, *REFERENCE)}
BY_PATH = {guide.path: guide for guide in GUIDES.values()}


@dataclass(frozen=True, slots=True)
class Section:
    """What stands under one `##` heading; number 0 is what stands before the first, under the title of the whole."""

    number: int
    title: str
    text: str

    @property
    def anchor(self) -> str:
        """The id of the section on its page: the same in both languages."""
        return f"part-{self.number}" if self.number else ""


@dataclass(frozen=True, slots=True)
class Half:
    """A guide in one language."""

    title: str
    sections: tuple[Section, ...]


def guide_for(role: Role) -> str:
    """The key of the guide that was written for people of this role."""
    return _OF_ROLES.get(role, "regulator")


@cache
def half_of(key: str, language: str) -> Half:
    """The guide for readers of `language` ("zh" or "en"); a guide of one text is the same for both."""
    written = _written(key, language)
    sections = (Section(one.number, _in_language(one.title, language), one.text) for one in written.sections)
    return Half(_in_language(written.title, language), tuple(sections))


def languages_of(key: str) -> tuple[str, ...]:
    """The languages that the guide says different texts in; a guide of one text has the first only."""
    return ("zh",) if len(_parts(DOCS / GUIDES[key].path)) == 1 else ("zh", "en")


def anchor_in(key: str, slug: str) -> str:
    """The id on the site of the heading that a link in `docs/` names by its slug, in whichever language; or nothing."""
    for language in ("zh", "en"):
        for section in _written(key, language).sections[1:]:
            heads = (section.title, *re.findall(r"^###+ +(.+)$", _FENCE.sub("", section.text), re.M))
            if slug in map(slug_of, heads):
                return section.anchor
    return ""


def slug_of(heading: str) -> str:
    """A heading as links to it are written."""
    return _NOT_IN_SLUG.sub("", heading.lower()).replace(" ", "-")


def plain(text: str) -> str:
    """One line of Markdown without its marks."""
    return re.sub(r"[`*]", "", text)


@cache
def _parts(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    return [part.removeprefix("---").strip() for part in _split(_HALVES, text)]


def _written(key: str, language: str) -> Half:
    """The guide with its headings as they are written; what belongs to both languages comes last."""
    first, *others = _parts(DOCS / GUIDES[key].path)
    own = _half(others[0] if others and language == "en" else first)
    shared = [section for part in others[1:] for section in _half(part).sections[1:]]
    every = enumerate((*own.sections, *shared))
    return Half(own.title, tuple(Section(number, one.title, one.text) for number, one in every))


def _in_language(heading: str, language: str) -> str:
    """The reader's side of a heading in both languages: `脚本 / The script`, `Limits 业务限值`; else the heading."""
    if sides := _BOTH.fullmatch(heading):
        return sides["zh"] if language == "zh" else sides["en"]
    chinese, _, english = heading.partition(" / ")
    return english if english and language == "en" else chinese


def _half(text: str) -> Half:
    head, _, rest = text.partition("\n")
    title = plain(head.removeprefix("# ")).removesuffix(", in English")
    opening, *others = _split(_HEADING, rest)
    sections = [Section(0, title, opening.strip())]
    for number, part in enumerate(others, 1):
        heading, _, body = part.partition("\n")
        sections.append(Section(number, heading.removeprefix("## ").strip(), body.strip()))
    return Half(title, tuple(sections))


def _split(mark: re.Pattern[str], text: str) -> list[str]:
    """`text` parted where `mark` begins a line outside of code."""
    code = [match.span() for match in _FENCE.finditer(text)]
    starts = [
        match.start() for match in mark.finditer(text) if not any(begin <= match.start() < end for begin, end in code)
    ]
    edges = [0, *starts, len(text)]
    return [text[begin:end] for begin, end in pairwise(edges)]
