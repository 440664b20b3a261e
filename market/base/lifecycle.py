"""States and moves as one table. Every other move is refused; the docs' diagram is printed from it."""

from dataclasses import dataclass

from market.base.errors import BadState
from market.base.words import N_, register_sentences


@dataclass(frozen=True, slots=True)
class Move:
    """`event` leads from one of `sources` to `target`."""

    event: str
    sources: tuple[str, ...]
    target: str


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """The life of one kind of object: `states` in order, the first is where it begins, and the table of `moves`."""

    name: str
    states: tuple[str, ...]
    moves: tuple[Move, ...]

    def __post_init__(self) -> None:
        named = {state for move in self.moves for state in (*move.sources, move.target)}
        if not named <= set(self.states):
            raise ValueError(f"{self.name}: moves name unknown states {named - set(self.states)}")

    def step(self, state: str, event: str) -> str:
        """The state after `event`; BadState("lifecycle.no_such_move") when the table has no such move."""
        for move in self.moves:
            if move.event == event and state in move.sources:
                return move.target
        raise BadState("lifecycle.no_such_move", object=self.name, state=state, event=event)

    def allows(self, state: str, event: str) -> bool:
        """Whether `event` is a move from `state`."""
        return any(move.event == event and state in move.sources for move in self.moves)

    def diagram(self) -> str:
        """The table as a Mermaid state diagram."""
        lines = ["stateDiagram-v2", f"    [*] --> {self.states[0]}"]
        lines += [f"    {source} --> {move.target}: {move.event}" for move in self.moves for source in move.sources]
        ends = [state for state in self.states if all(state not in move.sources for move in self.moves)]
        return "\n".join(lines + [f"    {state} --> [*]" for state in ends])


register_sentences(
    {
        "lifecycle.no_such_move": N_(
            "This is not possible any more, or not yet: the present state is “{state}”. Load the page again to see what is."
        )
    }
)
