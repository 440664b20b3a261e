"""What a voice is: its kinds, its life, its query code.

Source of the two kinds: the State Council's list invites objections to listed items and reports of items that were
demanded outside the list. The deadline is this operator's own rule, a dated setting.
"""

import hashlib
import hmac
import secrets
import unicodedata
from enum import StrEnum

from market.base.lifecycle import Lifecycle, Move
from market.base.words import N_, register_labels, register_sentences


class VoiceKind(StrEnum):
    """What somebody says: an entry of the list is wrong, or somebody demanded what is not on the list."""

    OBJECTION = "objection"
    DEMANDED_OUTSIDE = "demanded_outside"


class Aspect(StrEnum):
    """What of an entry is objected to, or what was demanded."""

    BASIS = "basis"
    PRICE = "price"
    TIME_LIMIT = "time_limit"
    SELF_SERVICE = "self_service"
    WORDING = "wording"
    SERVICE = "service"
    FEE = "fee"


OBJECTIONS = (Aspect.BASIS, Aspect.PRICE, Aspect.TIME_LIMIT, Aspect.SELF_SERVICE, Aspect.WORDING)
DEMANDS = (Aspect.SERVICE, Aspect.FEE)
ASPECTS = {VoiceKind.OBJECTION: OBJECTIONS, VoiceKind.DEMANDED_OUTSIDE: DEMANDS}


class Demander(StrEnum):
    """Who demanded it: an organisation, never a person."""

    DEPARTMENT = "department"
    AGENCY = "agency"


class VoiceState(StrEnum):
    """Overdue is not a state: it is derived from the deadline."""

    RECEIVED = "received"
    ANSWERED = "answered"


class Outcome(StrEnum):
    """What the list's editor answered."""

    UPHELD = "upheld"
    NOT_UPHELD = "not_upheld"
    PASSED_ON = "passed_on"
    NOT_ABOUT_THE_LIST = "not_about_the_list"


OUTCOMES = tuple(Outcome)
VOICE = Lifecycle("voice", tuple(VoiceState), (Move("answer", (VoiceState.RECEIVED,), VoiceState.ANSWERED),))
LEAST_TEXT, LONGEST_TEXT = 10, 2000
LONGEST_ANSWER = 2000
LONGEST_NAME, LONGEST_CONTACT = 120, 120

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_GROUPS, _GROUP = 4, 5
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1"})


def new_code() -> str:
    """A secret query code: 100 random bits in four groups, without letters that are misread."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)


def normalised_code(typed: str) -> str:
    """The code without what people add or misread: spaces, dashes, small letters, O for 0, I and L for 1."""
    plain = unicodedata.normalize("NFKC", typed).upper()
    return "".join(filter(str.isalnum, plain)).translate(_MISREAD)


def code_hash(code: str) -> str:
    """What is stored of a query code. It is random and long, so that a plain hash tells nobody the code."""
    return hashlib.sha256(f"voice:{normalised_code(code)}".encode()).hexdigest()


def fits(code: str, stored: str | None) -> bool:
    """Whether the code is the stored one; the same work when there is nothing stored."""
    return hmac.compare_digest(code_hash(code), stored or code_hash("")) and stored is not None


def once_hash(token: str) -> str:
    """What is stored of a form's token, by which the same form is taken only once."""
    return hashlib.sha256(f"voice-form:{token}".encode()).hexdigest()


register_labels(
    {
        "voice_kind.objection": N_("Objection to an entry of the list"),
        "voice_kind.demanded_outside": N_("Demanded outside the list"),
        "aspect.basis": N_("Its legal basis"),
        "aspect.price": N_("Its price"),
        "aspect.time_limit": N_("Its time limit"),
        "aspect.self_service": N_("Whether I may do it myself"),
        "aspect.wording": N_("Its wording"),
        "aspect.service": N_("A service that is not on the list"),
        "aspect.fee": N_("A fee that is not on the list"),
        "demander.department": N_("An authority"),
        "demander.agency": N_("An agency"),
        "voice.received": N_("Received, not answered yet"),
        "voice.answered": N_("Answered"),
        "outcome.upheld": N_("Upheld: the list will be changed"),
        "outcome.not_upheld": N_("Not upheld: the list stays"),
        "outcome.passed_on": N_("Passed on to the authority in charge"),
        "outcome.not_about_the_list": N_("Not a matter of the list"),
    }
)
register_sentences(
    {
        "voice.not_found": N_(
            "No voice with this reference and query code. Check both; the code stands on the receipt only."
        ),
        "voice.not_published": N_(
            "There is no answered voice with this reference. A voice is public once it is answered, not before."
        ),
        "voice.no_such_entry": N_(
            "“{service}” is no code of the list in force. Copy the code from the entry's page, for example ZJ-0001."
        ),
        "voice.what_needed": N_("Say what was demanded: name the service or the fee in a few words."),
        "voice.who_needed": N_("Name the authority or agency that demanded it. Name no person."),
        "voice.when_future": N_("A day to come cannot be when it was demanded. Check the date."),
        "voice.text_short": N_("Say what happened in at least {least} characters, so that somebody can look into it."),
        "voice.robot": N_("A field that people do not see was filled in. Leave it empty and send again."),
        "voice.sent_already": N_(
            "This form was received already, once is enough. Its reference and query code stood on the receipt."
        ),
        "voice.answered_once": N_(
            "This voice is answered already. What was answered stays; add a correction with its reason instead."
        ),
        "voice.not_answered": N_("This voice is not answered yet, so there is nothing to correct. Answer it first."),
        "voice.answer_needed": N_("A voice becomes answered by its answer only. Write the answer."),
        "voice_passed_to": N_("Name the authority that it is passed on to, and name it only then."),
        "voice.question_needed": N_("Sum up for the public what was asked, in your own words and without names."),
        "voice.public_answer_needed": N_("Write the answer that the public will read."),
        "voice.reason_needed": N_("A correction says why it was needed; everybody reads the reason."),
        "notice.voice.received": N_("{kind} received as {ref}; to be answered by {due}."),
    }
)
