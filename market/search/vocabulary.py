"""What the index's own documents are called, for the words that it does not know: spelled in letters, or mistyped.

Made from the names that documents bring along (`Document.called`) and the dictionary of synonyms, once for each state
of the index. Every guess is asked of the index before anybody sees it.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence

from market.search.sounds import LONGEST_SPELLING, blurred, reach, readings, spelled
from market.search.synonyms import synonyms
from market.search.words import HAN, cut_for_search

# Guesses that are tried at most: each costs a search.
MOST_GUESSES = 6
# A shorter Latin word is not taken for a mistyped other one: too many are one letter away.
SHORTEST_MISTYPED = 5
# From this length on two letters may be wrong.
TWO_WRONG = 10
LONGEST_WORD = 24
# Slips are looked for in so many characters of a question: they cost most of all.
LONGEST_MENDED = 60
_HAN_RUN = re.compile(rf"[{HAN}]+")
# A Latin word; Han characters may stand right beside it.
_LATIN = re.compile(rf"(?:(?<=[{HAN}])|(?<![^\W_]))[a-z]{{2,40}}(?=[{HAN}]|(?![^\W_]))")


class Vocabulary:
    """The names in the index, folded: their words, and every place at which a reader may begin to spell them."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names
        self._places: dict[str, Counter[str]] = defaultdict(Counter)
        words: Counter[str] = Counter(synonyms().keys())
        for name in names:
            found = set(cut_for_search(name))
            words.update(word for word in found if len(word) > 1)
            for run in _HAN_RUN.findall(name):
                self._begin_in(run, found)
        for word in synonyms():
            self._begin_in(word, {word})
        self._han = {word: count for word, count in words.items() if _HAN_RUN.fullmatch(word)}
        self._latin = {word: count for word, count in words.items() if _LATIN.fullmatch(word)}
        self._by_sound: dict[str, list[str]] = defaultdict(list)
        self._by_character: dict[str, list[str]] = defaultdict(list)
        for word in self._han:
            self._by_sound[blurred(spelled(word))].append(word)
            for character in set(word):
                self._by_character[character].append(word)

    def _begin_in(self, run: str, words: Collection[str]) -> None:
        """Spelling may begin where a word does, and then go on over its end."""
        for at in range(len(run)):
            if any(run.startswith(word, at) for word in words):
                for syllable in readings(run[at]):
                    self._places[syllable[0]][run[at : at + LONGEST_SPELLING]] += 1

    def guesses(self, text: str) -> list[tuple[str, ...]]:
        """What the folded `text`, of which the index has nothing, may have been meant to say; the likeliest first.

        Each guess is one or several texts that are equally meant: letters may spell more than one word.
        """
        spelled_out = tuple(self._spelled_out(text))
        corrected = list(dict.fromkeys([*self._sounding_like(text), *self._mistyped(text)]))[:MOST_GUESSES]
        found = [spelled_out, *((one,) for one in corrected if one != text)]
        return [guess for guess in found if guess and guess != (text,)]

    # -- spelled in letters

    def _spelled_out(self, text: str) -> list[str]:
        """The text with its Latin words read as Chinese: all of them joined, else each by itself."""
        words = list(_LATIN.finditer(text))
        if not words:
            return []
        if len(words) > 1 and not text[words[0].start() : words[-1].end()].replace(" ", "").strip(
            "abcdefghijklmnopqrstuvwxyz"
        ):
            joined = "".join(word.group() for word in words)
            if whole := self.spans(joined):
                return [text[: words[0].start()] + span + text[words[-1].end() :] for span in whole]
        guess = text
        for word in reversed(words):
            spans = self.spans(word.group())
            if len(words) == 1:
                return [text[: word.start()] + span + text[word.end() :] for span in spans]
            if spans:
                guess = guess[: word.start()] + spans[0] + guess[word.end() :]
        return [guess]

    def spans(self, letters: str) -> list[str]:
        """What the letters spell, in full or by initials: the shortest first, of these the most frequent."""
        if len(letters) < 2:
            return []
        found: Counter[str] = Counter()
        for run, count in self._places.get(letters[0], {}).items():
            if length := reach(letters, run):
                found[run[:length]] += count
        return sorted(found, key=lambda span: (len(span), -found[span]))[:MOST_GUESSES]

    # -- mistyped

    def _sounding_like(self, text: str) -> Iterator[str]:
        """The text with one stretch of it written by another word of the same sound: how an input method errs."""
        for run in _HAN_RUN.finditer(text[:LONGEST_MENDED]):
            said = run.group()
            for length in range(min(len(said), LONGEST_WORD), 1, -1):
                for at in range(len(said) - length + 1):
                    stretch = said[at : at + length]
                    for word in self._by_sound.get(blurred(spelled(stretch)), ()):
                        if word != stretch:
                            yield text[: run.start() + at] + word + text[run.start() + at + length :]

    def _mistyped(self, text: str) -> list[str]:
        weighed = [*self._han_mistyped(text), *self._latin_mistyped(text)]
        return [guess for _, guess in sorted(weighed, key=lambda one: one[0])]

    def _han_mistyped(self, text: str) -> Iterator[tuple[tuple[int, int], str]]:
        """The text with one word of three or more characters, of which one is wrong, missing or too many, set right."""
        for run in _HAN_RUN.finditer(text[:LONGEST_MENDED]):
            said = run.group()
            shared = Counter(word for character in set(said) for word in self._by_character.get(character, ()))
            for word, common in shared.items():
                if len(word) < 3 or common < len(set(word)) - 1 or word in said:
                    continue
                for length in (len(word), len(word) - 1, len(word) + 1):
                    for at in range(len(said) - length + 1):
                        alike = len(set(said[at : at + length]).intersection(word)) >= len(set(word)) - 1
                        if alike and distance(said[at : at + length], word, 1) == 1:
                            start = run.start() + at
                            yield (-len(word), abs(length - len(word))), text[:start] + word + text[start + length :]

    def _latin_mistyped(self, text: str) -> Iterator[tuple[tuple[int, int], str]]:
        """The text with each unknown Latin word set right by the nearest known one, English or spelled Chinese."""
        guess, off = text, 0
        for match in reversed(list(_LATIN.finditer(text[:LONGEST_MENDED]))):
            typed = match.group()
            known = any(word.startswith(typed) for word in self._latin)
            if known or not SHORTEST_MISTYPED <= len(typed) <= 3 * LONGEST_WORD:
                continue
            if nearest := self._nearest(typed):
                off += nearest[0]
                guess = guess[: match.start()] + nearest[1] + guess[match.end() :]
        if guess != text:
            yield (off, 0), guess

    def _nearest(self, typed: str) -> tuple[int, str] | None:
        most = 2 if len(typed) >= TWO_WRONG else 1
        found = [
            (far, -count, word)
            for word, count in self._latin.items()
            if word[0] == typed[0] and (far := distance(typed, word, most)) <= most
        ]
        if not found:
            like = blurred(typed)
            found = [
                (far, -self._han[word], word)
                for sound, words in self._by_sound.items()
                if sound[:1] == like[:1] and (far := distance(like, sound, most)) <= most
                for word in words
            ]
        if not found:
            return None
        far, _, word = min(found)
        return far, word


def distance(one: str, other: str, most: int) -> int:
    """How many letters must be changed, added, taken out or swapped; `most` + 1 for anything beyond."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        row = [i]
        for j, another in enumerate(other, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != another))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == another:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
        before, last = last, row
    return last[-1]
