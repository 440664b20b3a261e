"""What a verification of the log found wrong: a registered sentence and its facts, told by the doors like a refusal.

The command line tells it in English with the values as they are stored; pages tell it in the reader's language.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from market.base.words import N_, SENTENCES, register_sentences

AS_TOLD = "finding.as_told"


@dataclass(frozen=True, slots=True)
class Finding:
    """`code` says what is wrong, `facts` fill its sentence; a fact may be a part with a sentence of its own."""

    code: str
    facts: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        """The sentence in English, with the names of acts and states as the log has them."""
        known = SENTENCES.get(self.code)
        if known is None:
            return self.code
        told = {
            name: ", ".join(map(str, fact)) if isinstance(fact, list) else fact for name, fact in self.facts.items()
        }
        return known.format_map(defaultdict(str, told))

    def plain(self) -> dict[str, Any]:
        """Code and facts as JSON has them."""
        return {"code": self.code, "facts": {name: _plain(fact) for name, fact in self.facts.items()}}


def from_plain(told: Any) -> Finding:
    """The finding that was written down; a line of text was written before findings had codes.

    Raises KeyError, TypeError or ValueError for what is neither.
    """
    if isinstance(told, str):
        return Finding(AS_TOLD, {"line": told})
    facts = dict(told["facts"])
    return Finding(str(told["code"]), {name: _fact(value) for name, value in facts.items()})


def entry_named(seq: int | None) -> Finding:
    """The part of a finding that names an entry; None while the act has no number."""
    return Finding("finding.waits") if seq is None else Finding("finding.entry", {"seq": seq})


def _plain(fact: Any) -> Any:
    if isinstance(fact, Finding):
        return fact.plain()
    return fact.isoformat() if isinstance(fact, date) else fact


def _fact(value: Any) -> Any:
    return from_plain(value) if isinstance(value, dict) else value


register_sentences(
    {
        AS_TOLD: N_("Told by an earlier version of this site: {line}"),
        "finding.entry": N_("entry {seq}"),
        "finding.waits": N_("an act that waits"),
    }
)
