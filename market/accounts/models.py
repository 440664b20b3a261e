"""People, organisations, memberships, sessions and failed sign-ins."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from market.base.people import OrganisationKind, Role
from market.store.db import Base
from market.store.guards import Frozen
from market.store.types import Code, Instant, Key, Line, Whole, one_of


class User(Base):
    """A person who can sign in. (`user` is a reserved word in PostgreSQL, hence the table's name.)"""

    __tablename__ = "account"
    id: Mapped[Key]
    email: Mapped[Line] = mapped_column(unique=True)
    name: Mapped[Line]
    password_hash: Mapped[Line]
    is_active: Mapped[bool]
    is_demo: Mapped[bool]
    locale: Mapped[Code]
    created_at: Mapped[Instant]
    __table_args__ = (CheckConstraint("email = lower(email)", name="account_email_lower_case"),)


class Organisation(Base):
    """A body that people act for. Regulators and departments may have no unified social credit code here."""

    __tablename__ = "organisation"
    id: Mapped[Key]
    ref: Mapped[Code] = mapped_column(unique=True)
    kind: Mapped[Code]
    name: Mapped[Line]
    uscc: Mapped[Code | None] = mapped_column(unique=True)
    region: Mapped[Line]
    is_fictitious: Mapped[bool]
    created_at: Mapped[Instant]
    __table_args__ = (
        one_of("kind", OrganisationKind, "organisation_kind_known"),
        CheckConstraint("uscc IS NULL OR length(uscc) = 18", name="organisation_uscc_length"),
        CheckConstraint("kind NOT IN ('enterprise', 'agency') OR uscc IS NOT NULL", name="organisation_has_uscc"),
        # Who may buy, and who pays, follows from what the body is.
        {"info": {"frozen": Frozen(but=("name", "region", "is_fictitious"))}},
    )


class Membership(Base):
    """A person's role in an organisation, from `since` until it ends."""

    __tablename__ = "membership"
    id: Mapped[Key]
    user_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    role: Mapped[Code]
    is_admin: Mapped[bool]
    since: Mapped[Instant]
    until: Mapped[Instant | None]
    user: Mapped[User] = relationship(lazy="raise")
    organisation: Mapped[Organisation] = relationship(lazy="raise")
    __table_args__ = (
        Index(
            "uq_membership_active",
            "user_id",
            "organisation_id",
            "role",
            unique=True,
            sqlite_where=text("until IS NULL"),
            postgresql_where=text("until IS NULL"),
        ),
        one_of("role", Role, "membership_role_known"),
    )


class Session(Base):
    """A signed-in browser; deleting the row signs it out. `token_hash` is SHA-256 of the cookie's random token."""

    __tablename__ = "session"
    id: Mapped[Key]
    token_hash: Mapped[Code] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id"))
    created_at: Mapped[Instant]
    expires_at: Mapped[Instant]


class SignInAttempt(Base):
    """Failed sign-ins by hashed name, counted to slow down guessing."""

    __tablename__ = "sign_in_attempt"
    id: Mapped[Key]
    name_hash: Mapped[Code]
    failures: Mapped[Whole]
    first_at: Mapped[Instant]
    locked_until: Mapped[Instant | None]
    __table_args__ = (UniqueConstraint("name_hash"),)
