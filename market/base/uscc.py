"""The unified social credit code (统一社会信用代码, GB 32100-2015): 18 characters, two check characters inside."""

import unicodedata

from stdnum.cn import uscc as _stdnum

from market.base.errors import BreaksRule
from market.base.words import N_, register_sentences

_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)  # GB 11714, over the first eight characters of the organisation code
# GB/T 2260: the province-level divisions; 10 is the State's own registration, 99 stands in no register: the fictitious.
_SPANS = ((10, 16), (21, 24), (31, 38), (41, 47), (50, 55), (61, 66), (71, 72), (81, 83), (99, 100))
_PROVINCES = frozenset(str(number) for first, end in _SPANS for number in range(first, end))
_VALUES = {character: value for value, character in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")}


def normalise(text: str) -> str:
    """Half-width, upper-case, without spaces."""
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


def parse(text: str) -> str:
    """The normalised code; BreaksRule("uscc.*") names what is wrong with it."""
    code = normalise(text)
    if len(code) != 18:
        raise BreaksRule("uscc.length", length=len(code))
    try:
        _stdnum.validate(code)
    except _stdnum.InvalidChecksum as error:
        raise BreaksRule("uscc.check_character") from error
    except _stdnum.ValidationError as error:
        raise BreaksRule("uscc.characters") from error
    if code[2:4] not in _PROVINCES:
        raise BreaksRule("uscc.region", region=code[2:8])
    if organisation_check(code[8:16]) != code[16]:
        raise BreaksRule("uscc.organisation_code")
    return code


def check_character(body: str) -> str:
    """The last character of a code whose first seventeen are `body`."""
    return str(_stdnum.calc_check_digit(body))


def organisation_check(body: str) -> str:
    """The ninth character of an organisation code (GB 11714-1997) whose first eight are `body`."""
    value = (
        11
        - sum(_VALUES[character] * weight for character, weight in zip(body, _ORGANISATION_WEIGHTS, strict=True)) % 11
    )
    return {10: "X", 11: "0"}.get(value, str(value))


def is_fictitious(code: str) -> bool:
    """Whether the code can belong to nobody: division 99 exists in no register, and the body is a test mark."""
    return code[2:4] == "99" and code[8:12] == "TE5T"


register_sentences(
    {
        "uscc.length": N_(
            "A unified social credit code has 18 characters; this one has {length}. Copy it from the licence."
        ),
        "uscc.characters": N_(
            "The unified social credit code has a character that cannot occur there. Copy it from the licence."
        ),
        "uscc.check_character": N_(
            "The last character of the unified social credit code does not fit the others. Check for a typing mistake."
        ),
        "uscc.region": N_(
            "Characters 3 to 8 of the unified social credit code ({region}) name no division of the country. Copy it from the licence."
        ),
        "uscc.organisation_code": N_(
            "Characters 9 to 17 of the unified social credit code do not fit together. Check for a typing mistake."
        ),
    }
)
