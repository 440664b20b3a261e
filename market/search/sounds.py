"""How Chinese is spelled in Latin letters (pinyin without tones), and what a spelling may stand for.

A character with several readings has all of them: the reading of a phrase is always one of its characters' own. Only
pypinyin's table of characters is read, and only when somebody first spells a word: its tables of phrases cost 30 MB a
process and would tell less.
"""

import json
import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

# Readings of a character that are looked at, the usual ones first.
MOST_READINGS = 3
# How far a spelling is followed, in characters.
LONGEST_SPELLING = 16
_LETTERS = re.compile(r"[a-z]+")
# Syllables that keyboards of other regions, hurried fingers and dialects do not tell apart.
_BLURRED = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n"))


@cache
def _table() -> dict[str, tuple[str, ...]]:
    source = (files("pypinyin") / "pinyin_dict.json").read_bytes()
    return {
        chr(int(number)): _readings(marked) for number, marked in json.loads(source).items() if int(number) < 0xA000
    }


def _readings(marked: str) -> tuple[str, ...]:
    plain = unicodedata.normalize("NFD", marked).replace("u\u0308", "v").encode("ascii", "ignore").decode()
    known = [one for one in plain.split(",") if _LETTERS.fullmatch(one)]
    return tuple(dict.fromkeys(known))[:MOST_READINGS]


def readings(character: str) -> tuple[str, ...]:
    """The syllables by which a Han character is read; none when it is unknown."""
    return _table().get(character, ())


def spelled(text: str) -> str:
    """The usual spelling of a text of Han characters, joined; a character without one is left out."""
    return "".join(found[0] for character in text if (found := readings(character)))


def blurred(spelling: str) -> str:
    """The spelling with the sounds that are often mistaken for one another made one."""
    for clear, like in _BLURRED:
        spelling = spelling.replace(clear, like)
    return spelling


def reach(letters: str, run: Sequence[str]) -> int:
    """How many of the first characters of `run` the letters spell, all letters used; 0 when they do not.

    Each character takes a whole syllable or its initial; the last one may be a syllable that is not typed to its end.
    """
    if not run:
        return 0
    for syllable in readings(run[0]):
        if syllable.startswith(letters):
            return 1
        for taken in _ways(syllable):
            if letters.startswith(taken) and (more := reach(letters[len(taken) :], run[1:])):
                return more + 1
    return 0


@cache
def _ways(syllable: str) -> list[str]:
    double = syllable[:2] if syllable[1:2] == "h" else ""
    return [way for way in (syllable, double, syllable[:1]) if way]
