"""The law of accounts: passwords, who may hold which role, and how many wrong tries are too many."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from market.base.errors import BreaksRule, TooMany
from market.base.people import ROLES_OF, OrganisationKind, Role
from market.base.words import N_, register_sentences

LEAST_PASSWORD, MOST_PASSWORD = 10, 200
MOST_LINE = 120
DEMO_PASSWORD = "demo-market-2026"  # noqa: S105
DEMO_DOMAIN = "@example.invalid"
SESSION_LASTS = timedelta(hours=12)

TRIES = 5
COUNTED_FOR = timedelta(minutes=15)
LOCKED_FOR = timedelta(minutes=30)

# What guessers try first among those that are long enough to be taken; compared without case, spaces and signs.
_TOO_COMMON = """
    0123456789 1234567890 0987654321 9876543210 1111111111 0000000000 8888888888 6666666666 1231231234 1234512345
    12345678910 123456789a a123456789 1234567890a aa123456789 qq123456789 abc123456789 123456789abc abcd123456
    1qaz2wsx3edc qazwsxedcrfv 1q2w3e4r5t 1q2w3e4r5t6y qwertyuiop asdfghjkl1 qwerty123456 qwertyuiop123 zxcvbnm123
    password12 password123 password1234 passw0rd123 p4ssw0rd123 mypassword iloveyou123 welcome123 letmein1234
    administrator admin12345 admin123456 adminadmin rootroot12 administrator1 superadmin changeme123 default123
    woaini1314 woaini1314520 5201314520 woaini123456 wodemima123 mima123456 zhongguo123 beijing2008 china123456
    zhongjiechaoshi gongan123456 asdf123456 asdfasdfasdf abcdefghij abcdefghijk aaaaaaaaaa baobao1234 qwer123456
    """
TOO_COMMON = frozenset(_TOO_COMMON.split())
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


class Passwords:
    """Argon2id. The cost is set by the application once; every hash remembers the cost it was made with."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._nobody = ""

    def use_cost(self, passes: int, memory_kib: int) -> None:
        """Make hashes with so many passes over so much memory from now on."""
        self._hasher = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=1)
        self._nobody = ""

    def hash(self, password: str) -> str:
        """The hash to store."""
        return self._hasher.hash(normalised(password))

    def fits(self, password: str, stored: str | None) -> bool:
        """Whether the password is the stored one; takes as long when there is nobody (None) as when there is.

        Whoever has no password yet ("") cannot sign in by any.
        """
        if stored is None:
            self._nobody = self._nobody or self._hasher.hash("nobody has this password")
        try:
            return self._hasher.verify(stored or self._nobody, normalised(password)) and bool(stored)
        except (VerificationError, InvalidHashError):
            return False


passwords = Passwords()


def normalised(password: str) -> str:
    """The same password from every keyboard: compatibility forms are one."""
    return unicodedata.normalize("NFKC", password)


def check_password(password: str) -> str:
    """The password when it may be used; refuses account.password_short, _long, _common."""
    if len(password) < LEAST_PASSWORD:
        raise BreaksRule("account.password_short", least=LEAST_PASSWORD)
    if len(password) > MOST_PASSWORD:
        raise BreaksRule("account.password_long", most=MOST_PASSWORD)
    plain = normalised(password).casefold()
    if plain in TOO_COMMON or "".join(filter(str.isalnum, plain)) in TOO_COMMON or len(set(plain)) < 4:
        raise BreaksRule("account.password_common")
    return password


def check_email(email: str) -> str:
    """The address in the form it is stored in; refuses account.email."""
    plain = unicodedata.normalize("NFKC", email).strip().lower()
    if len(plain) > MOST_LINE or not _EMAIL.fullmatch(plain):
        raise BreaksRule("account.email")
    return plain


def check_role(kind: OrganisationKind, role: Role) -> None:
    """Refuses account.role_not_of_kind: an enterprise has no list editor."""
    if role not in ROLES_OF[kind]:
        raise BreaksRule("account.role_not_of_kind", role=f"role.{role}", kind=f"organisation.{kind}")


def name_hash(email: str) -> str:
    """What wrong tries are counted under: they tell nobody which addresses were tried."""
    return hashlib.sha256(f"sign-in:{email}".encode()).hexdigest()


def token_hash(token: str) -> str:
    """What is stored of a session's token."""
    return hashlib.sha256(token.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Tries:
    """Wrong tries on one name: how many since `first_at`, and until when the name is locked."""

    failures: int
    first_at: datetime
    locked_until: datetime | None

    def check(self, now: datetime) -> None:
        """TooMany("account.locked") while the name is locked."""
        if self.locked_until is not None and now < self.locked_until:
            left = self.locked_until - now
            seconds = int(left.total_seconds()) + 1
            raise TooMany("account.locked", minutes=-(-seconds // 60), seconds=seconds)

    def one_more(self, now: datetime) -> "Tries":
        """After another wrong try: the count starts anew after its time, and the fifth try within it locks."""
        old = now >= self.first_at + COUNTED_FOR or self.locked_until is not None
        failures, first_at = (1, now) if old else (self.failures + 1, self.first_at)
        return Tries(failures, first_at, now + LOCKED_FOR if failures >= TRIES else None)


register_sentences(
    {
        "account.wrong": N_("The e-mail address or the password is wrong. Check both and try again."),
        "account.locked": N_(
            "Too many wrong tries. Signing in with this address is locked; try again in {minutes} minutes."
        ),
        "account.no_role": N_(
            "This account has no role in any organisation now. Ask your organisation's administrator."
        ),
        "account.password_short": N_(
            "A password has at least {least} characters. A few words in a row are easy to remember."
        ),
        "account.password_long": N_("A password has at most {most} characters."),
        "account.password_common": N_("This password is among the first that anybody would guess. Choose another."),
        "account.password_wrong": N_("The present password is wrong. Nothing was changed."),
        "account.password_differs": N_("The two passwords differ. Type the new one twice."),
        "account.email": N_("This is not an e-mail address. Write it like name@example.com."),
        "account.email_taken": N_(
            "There is an account with this e-mail address already. Sign in, or use another address."
        ),
        "account.role_not_of_kind": N_(
            "“{role}” is no role of an organisation of the kind “{kind}”. Choose another role."
        ),
        "account.not_admin": N_("Only an administrator of your organisation can change its members. Ask one of them."),
        "account.member_not_found": N_("There is no such member in your organisation now. Load the page again."),
        "account.member_already": N_("This person holds the role in your organisation already."),
        "account.last_admin": N_("An organisation keeps at least one administrator. Make another one first."),
        "account.hat_not_yours": N_("This role is not yours, or it has ended. Choose one of the roles shown."),
        "organisation.uscc_taken": N_(
            "An organisation with this unified social credit code is registered already. Ask its administrator to add you."
        ),
        "organisation.uscc_needed": N_(
            "Enterprises and agencies need a unified social credit code. Copy it from the licence."
        ),
        "organisation.name_needed": N_("Give the organisation's full name as on its licence."),
        "organisation_has_uscc": N_(
            "Enterprises and agencies need a unified social credit code. Copy it from the licence."
        ),
    }
)
