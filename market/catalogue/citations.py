"""What a legal basis as people write it cites: 《title》（number）, then articles.

The list's files carry the basis as one text; the register wants laws and articles. What stands in parentheses after an
article, such as the law that was in force before, is a remark and cites nothing.
"""

import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise

WHOLE = ""
"""The number of the article that stands for the law as a whole."""

_PREFIX = "中华人民共和国"
_TITLE = re.compile(r"《([^《》]{2,200})》")
_NUMERAL = r"[一二三四五六七八九十百千零〇\d]+"
_NUMBER = re.compile(rf"第{_NUMERAL}号|[〔\[【]\d{{4}}[〕\]】]\s*\d+\s*号")
_TOLD = re.compile(r"^.*?(?:为|是)")
_ARTICLE = re.compile(rf"第{_NUMERAL}条(?:之{_NUMERAL})?(?:至第{_NUMERAL}条)?")
_APPENDIX = re.compile(rf"附录[A-Z]?|附件{_NUMERAL}?|第{_NUMERAL}[章节]")
_BRACKETS = str.maketrans({"[": "〔", "]": "〕", "【": "〔", "】": "〕"})


@dataclass(frozen=True, slots=True)
class Citation:
    """One article of one law; `article` is WHOLE where the text names none."""

    title: str
    number: str
    article: str

    @property
    def key(self) -> str:
        """The title by which the register knows the law."""
        return key_of(self.title)


def key_of(title: str) -> str:
    """A title without 中华人民共和国 and without blanks, so that both ways of naming a law meet."""
    return "".join(unicodedata.normalize("NFKC", title).split()).removeprefix(_PREFIX)


def normal_number(number: str) -> str:
    """A document number (文号) with hexagonal brackets: `国办发[2015]31号` is `国办发〔2015〕31号`."""
    return "".join(number.split()).translate(_BRACKETS)


def citations(text: str) -> tuple[Citation, ...]:
    """Every article that `text` cites, in its order, each once; a segment without 《》 is a title itself."""
    found: dict[Citation, None] = {}
    for begin, end in _segments(_blanked(text)):
        found |= dict.fromkeys(_cited(text[begin:end]))
    return tuple(found)


def _segments(blanked: str) -> list[tuple[int, int]]:
    """Where the parts between semicolons lie; one inside parentheses divides nothing."""
    cuts = [-1, *(place for place, letter in enumerate(blanked) if letter in "；;\n"), len(blanked)]
    return [(before + 1, after) for before, after in pairwise(cuts)]


def _cited(segment: str) -> list[Citation]:
    titles = list(_TITLE.finditer(_blanked(segment)))
    if not titles:
        bare = _blanked(segment)
        title = bare.strip(" 、，。,\t").split("  ")[0]
        rest = segment[bare.find(title) + len(title) :]
        return [Citation(title[:200], _number(rest)[0], WHOLE)] if title else []
    ends = [one.start() for one in titles[1:]] + [len(segment)]
    made: list[Citation] = []
    for found, end in zip(titles, ends, strict=True):
        number, rest = _number(segment[found.end() : end])
        rest = _blanked(rest)
        articles = [one.group() for one in _ARTICLE.finditer(rest)] or [one.group() for one in _APPENDIX.finditer(rest)]
        made += [Citation(found[1].strip(), number, article) for article in articles or [WHOLE]]
    return made


def _number(rest: str) -> tuple[str, str]:
    """The number in parentheses right after a title, and what follows it."""
    inside = re.match(r"[（(]([^（）()]*)[）)]", rest)
    if not inside or not _NUMBER.search(inside[1]):
        return "", rest
    told = next(part for part in re.split("[，,；;]", inside[1]) if _NUMBER.search(part))
    return normal_number(_TOLD.sub("", told))[:100], rest[inside.end() :]


def _blanked(text: str) -> str:
    """The text with everything inside parentheses blanked, places kept, so that no remark is taken for a citation."""
    made, depth = [], 0
    for letter in text:
        depth += letter in "（("
        made.append(" " if depth else letter)
        depth -= letter in "）)" and depth > 0
    return "".join(made)
