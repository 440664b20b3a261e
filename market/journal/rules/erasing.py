"""Private parts that are missing: which acts of the log say so, and which acts never lose theirs."""

ERASE, LOST = "journal.erase", "journal.lost"
BINDING = frozenset(
    {f"draw.{act}" for act in ("announce", "sign_up", "withdraw", "commit", "reveal", "postpone", "freeze", "draw")}
)
"""Their private parts hold no person's data, and without them nobody could say any more whether a draw was right."""
_KIND = "journal/"
WIDTH = 16


def short(leaf: str) -> str:
    """The part of a leaf's hash that names its act."""
    return leaf[:WIDTH]


def name_of(leaf: str) -> str:
    """The object of the acts that tell of an act's private part."""
    return f"{_KIND}{short(leaf)}"


def named(obj: str) -> str:
    """What `name_of` made the object of; empty for the name of anything else."""
    return obj.removeprefix(_KIND) if obj.startswith(_KIND) else ""
