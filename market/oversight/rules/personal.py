"""What must not stand in a public text: whatever leads to one person (个人信息保护法 art. 4).

A pattern finds numbers and addresses; names it cannot know. Those are the editor's own duty.
"""

import re
import unicodedata

from market.base.errors import BreaksRule
from market.base.words import N_, register_labels, register_sentences

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_IDENTITY = re.compile(
    r"(?<![0-9A-Z])[1-9]\d{5}[ -]?(?:19|20)\d{2}[ -]?(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[ -]?\d{3}[\dX](?![0-9A-Z])"
)
_PHONES = (
    re.compile(r"(?<!\d)1[3-9]\d([ .-]?)\d{4}\1\d{4}(?!\d)"),
    re.compile(r"(?<!\d)1[3-9]\d[ .-]?\d{3}[ .-]?\d{5}(?!\d)"),
    re.compile(r"(?<!\d)\(?0\d{2,3}\)?[ -]?\d{3,4}[ -]?\d{4}(?!\d)"),
    re.compile(r"(?:电话|手机|座机|联系方式|TEL|PHONE|MOBILE)\D{0,6}\d{7,8}(?!\d)"),
)
_SHORTEST_CONTACT = 5


def personal_data(text: str, contact: str = "") -> list[str]:
    """The kinds of personal data in a text, each once: `email`, `identity`, `phone`, `contact` (the one given)."""
    plain = unicodedata.normalize("NFKC", text).upper()
    for dash in "‐‑‒–—−":
        plain = plain.replace(dash, "-")
    found = ["email"] if _EMAIL.search(plain) else []
    found += ["identity"] if _IDENTITY.search(plain) else []
    found += ["phone"] if any(pattern.search(plain) for pattern in _PHONES) else []
    given = _bare(contact)
    found += ["contact"] if len(given) >= _SHORTEST_CONTACT and given in _bare(text) else []
    return found


def check_public(field: str, text: str, contact: str = "") -> str:
    """The text, stripped; refuses `voice.personal_data`, naming the kinds that were found (and the `field`)."""
    found = personal_data(text, contact)
    if found:
        raise BreaksRule("voice.personal_data", field=field, found=_named(found))
    return text.strip()


def check_organisation(name: str) -> str:
    """The name of an organisation, stripped; refuses `voice.no_person` when it holds what leads to a person."""
    found = personal_data(name)
    if found:
        raise BreaksRule("voice.no_person", found=_named(found))
    return name.strip()


def _named(found: list[str]) -> list[str]:
    return [f"personal.{kind}" for kind in found]


def _bare(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


register_labels(
    {
        "personal.email": N_("an e-mail address"),
        "personal.identity": N_("an identity number"),
        "personal.phone": N_("a phone number"),
        "personal.contact": N_("the sender's contact"),
    }
)
register_sentences(
    {
        "voice.personal_data": N_("This text will be public, and it holds {found}. Take it out and send again."),
        "voice.no_person": N_("Name the organisation and no person: this holds {found}. Take it out and send again."),
    }
)
