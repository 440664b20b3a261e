"""Who may use a route. Every view says it by `@needs(permission)` or `@public`; a guard walks all routes.

A decorated view carries `access`: the Permission, or "public".
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, current_user

from market.base.errors import NotAllowed, SignInNeeded
from market.base.people import Actor
from market.base.permissions import Permission, may

View = TypeVar("View", bound=Callable[..., Any])
PUBLIC = "public"
SIGN_IN = "accounts.sign_in"

login = LoginManager()
# Signed cookie and server-side row are enough; an address that changes (a phone, a proxy) signs nobody out.
login.session_protection = None


def public(view: View) -> View:
    """Anyone may use the view, signed in or not."""
    view.access = PUBLIC  # type: ignore[attr-defined]
    return view


def needs(permission: Permission) -> Callable[[View], View]:
    """Only roles that hold `permission` may use the view.

    Whoever is not signed in is led to the sign-in page by a GET and refused by anything else (access.sign_in).
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> ResponseReturnValue:
            actor = actor_or_none()
            if actor is None:
                if request.method in ("GET", "HEAD"):
                    return redirect(url_for(SIGN_IN, next=request.full_path.rstrip("?")))
                raise SignInNeeded("access.sign_in")
            if not may(actor.role, permission):
                raise NotAllowed("access.not_permitted")
            return view(*args, **kwargs)  # type: ignore[no-any-return]

        guarded.access = permission  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return decorate


def current_actor() -> Actor:
    """Who acts in this request; SignInNeeded("access.sign_in") when nobody is signed in."""
    actor = actor_or_none()
    if actor is None:
        raise SignInNeeded("access.sign_in")
    return actor


def actor_or_none() -> Actor | None:
    """Who acts in this request, or None. Asks the database only when the cookie names a session."""
    return current_user.actor if current_user.is_authenticated else None


def local_path(given: str | None) -> str | None:
    """`given` when it is a path of this site, safe to redirect to; else None."""
    if not given or not given.startswith("/") or given.startswith(("//", "/\\")) or any(ord(c) < 33 for c in given):
        return None
    parts = urlsplit(given)
    return given if not parts.scheme and not parts.netloc and "\\" not in given else None


def init_app(app: Flask) -> None:
    """Find out who is signed in. The accounts say how (`login.user_loader`)."""
    login.init_app(app)
