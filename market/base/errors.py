"""Refusals: the only way the house says no.

A refusal has a code (asserted by tests, shown by the command line) and facts; its sentence is registered beside the
rule it belongs to. The doors turn it into a page, a line on standard error, or JSON. No status is decided elsewhere.
"""

from collections.abc import Callable
from typing import ClassVar

from market.base.words import N_, SENTENCES, register_sentences


class Refusal(Exception):
    """Something was asked for that cannot be done; `code` says what, `facts` fill the sentence."""

    status: ClassVar[int] = 422

    def __init__(self, code: str, /, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts

    def sentence(self, translate: Callable[[str], str] = str) -> str:
        """What happened, why, and what to do next, in the language of `translate`."""
        return translate(SENTENCES[self.code]).format(**self.facts)

    def __str__(self) -> str:
        known = SENTENCES.get(self.code)
        return f"{self.code}: {self.sentence()}" if known else self.code


class SignInNeeded(Refusal):
    """Nobody is signed in, and the act belongs to an account."""

    status = 401


class NotAllowed(Refusal):
    """The actor's role does not permit the act."""

    status = 403


class NotFound(Refusal):
    """No such object, or none that the actor may know of."""

    status = 404


class Gone(NotFound):
    """It was here and is no more, and everybody may know it."""

    status = 410


class BadState(Refusal):
    """The object is in a state from which the act is not a move, or somebody else was faster."""

    status = 409


class TooLate(Refusal):
    """The deadline has passed by the database's clock."""

    status = 409


class TooMany(Refusal):
    """Too many tries in a short time; `facts["seconds"]` says after how long to try again."""

    status = 429


class ReadOnly(Refusal):
    """The site only shows what it has, for a reason that the operator must mend."""

    status = 503


class BreaksRule(Refusal):
    """What was given breaks a rule of the trade."""

    status = 422


register_sentences(
    {
        "access.sign_in": N_("Please sign in first; this page belongs to an account."),
        "access.not_permitted": N_(
            "Your role does not permit this. Ask the person whose desk it is, or change your role."
        ),
        "page.not_found": N_("There is no such page or object here. Check the address, or start from the list."),
        "page.method": N_("This address cannot be used in that way. Go back and use the button on the page."),
        "form.expired": N_(
            "The form was open for too long or came from elsewhere. What you typed is kept; send it again."
        ),
        "form.invalid": N_("Some fields need your attention. Nothing was saved yet; correct them and send again."),
        "request.too_large": N_("What you sent is larger than this site accepts. Send a smaller file."),
        "page.failed": N_("Something went wrong on our side. Nothing was changed; try again, or call the operator."),
        "changed.meanwhile": N_(
            "Somebody changed this at the same moment. Load the page again and look at the new state."
        ),
        "store.link_broken": N_("What you named does not belong together by the list in force. Load the page again."),
        "store.out_of_range": N_("A number is larger than the register can hold. Check the number and its unit."),
        "store.constraint": N_("The register refused this because it would break a rule ({name}). Nothing was saved."),
        "store.frozen": N_(
            "What happened stays: this record ({name}) cannot be changed or removed. Make a correction as a new record."
        ),
        "store.closed": N_("This record is complete; nothing can be added to it. Make a new one instead."),
        "store.no_such_move": N_("This is not a lawful step from the state the record is in. Load the page again."),
        "store.busy": N_("Too many people are writing at this moment. Nothing was saved; try again in a few seconds."),
    }
)
