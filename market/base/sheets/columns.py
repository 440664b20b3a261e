"""A column of a sheet: its key, its heading as people know it, and what a cell of it may be."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

TEXT, NAME, CLOSED, DAY, PERCENT = "text", "name", "closed", "day", "percent"
"""The kinds of column that are read in a way of their own; a domain has more of them."""

PROBLEMS, PROBLEM_SHEET = "问题", "问题清单"
"""What our own marked copies add to a file; it is passed over when the file comes back."""


@dataclass(frozen=True)
class Column:
    """One column. `closed` maps each lawful value to what people write for it, the official word first."""

    key: str
    heading: str
    kind: str = TEXT
    needed: bool = False  # must stand in the first line
    filled: bool = False  # must not be empty
    closed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    most: int = 0  # characters that the register holds there; 0 for as many as any cell may have
    refused: str = ""  # the code that refuses a word outside the closed values

    @cached_property
    def words(self) -> dict[str, str]:
        """Every spelling of a closed value, folded, to the value."""
        return {folded(one): value for value, labels in self.closed.items() for one in (value, *labels)}

    @property
    def facts(self) -> dict[str, object]:
        """What a sentence about a bad cell of the column may name."""
        named: dict[str, object] = {"most": self.most}
        return named | {"words": "、".join(labels[0] for labels in self.closed.values())} if self.closed else named


def folded(text: str) -> str:
    """A heading or label without the accidents of typing: width, case, blanks, line breaks, a trailing star."""
    return "".join(unicodedata.normalize("NFKC", text).split()).rstrip("*").casefold()
