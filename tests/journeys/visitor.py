"""Somebody at a browser without scripts: reads pages, and sends the forms that stand on them, filled in.

ann = Visitor(app)
ann.sign_in("ann@example.invalid")
ann.send("/desk/agency/letter", "/desk/agency/letter", commitment="y")     # the form must be on the page
ann.send("/desk/agency/check", "/desk/agency/check", status=422)           # and may be refused
"""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from tests.make import PASSWORD

UNTICKED = ("checkbox", "radio")


def gist(page: str) -> str:
    """What a page says to whoever reads a failed test."""
    main = page.partition("<main")[2].partition("</main>")[0] or page
    text = re.sub(r"<[^>]*>", " ", main.partition('role="alert"')[2] or main)
    return re.sub(r"\s+", " ", text)[:600]


@dataclass
class PageForm:
    """A form as it stands on a page: where it goes, and what it would send untouched."""

    action: str
    method: str
    values: dict[str, str] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    """Collect the forms of a page."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.forms: list[PageForm] = []
        self._outside: list[tuple[str, str, dict[str, str]]] = []
        self._named: dict[str, PageForm] = {}
        self._url, self._form = url, None  # type: tuple[str, PageForm | None]
        self._area = self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a form or one of its fields."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = PageForm(given.get("action") or self._url, given.get("method", "get").lower())
            self.forms.append(self._form)
            self._named[given.get("id", "")] = self._form
        elif "form" in given:
            self._outside.append((given["form"], tag, given))
        elif self._form is not None:
            self._field(self._form, tag, given)

    def settle(self) -> None:
        """Give the fields that stand outside their form to it."""
        for named, tag, given in self._outside:
            if named in self._named:
                self._field(self._named[named], tag, given)

    def _field(self, form: PageForm, tag: str, given: dict[str, str]) -> None:
        name = given.get("name", "")
        if tag == "option" and self._select:
            if "selected" in given or self._select not in form.values:
                form.values[self._select] = given.get("value", "")
        elif name and tag in ("input", "select", "textarea"):
            form.names.append(name)
            self._select = name if tag == "select" else ""
            self._area = name if tag == "textarea" else ""
            if tag == "textarea":
                form.values[name] = ""
            elif tag == "input" and (given.get("type") not in UNTICKED or "checked" in given):
                form.values[name] = given.get("value", "")

    def handle_data(self, data: str) -> None:
        """Note what stands in a text area."""
        if self._area and self._form is not None:
            self._form.values[self._area] += data

    def handle_endtag(self, tag: str) -> None:
        """Leave a form or field."""
        if tag == "form":
            self._form = None
        elif tag == "textarea":
            self._area = ""
        elif tag == "select":
            self._select = ""


class Visitor:
    """A browser of its own, with its own cookies."""

    def __init__(self, app: Flask) -> None:
        self.client = app.test_client()

    def sign_in(self, email: str, password: str = PASSWORD) -> "Visitor":
        """Sign in through the page."""
        self.send("/account/sign-in", "/account/sign-in", email=email, password=password)
        return self

    def page(self, url: str, status: int = 200, language: str = "en") -> str:
        """Read a page, in English unless said."""
        self.client.set_cookie("lang", language)
        answer = self.client.get(url)
        assert answer.status_code == status, f"{url}: {answer.status} {gist(answer.text)}"
        return answer.text

    def forms(self, url: str) -> list[PageForm]:
        """Every form that changes something on a page, in order."""
        reader = _Reader(url)
        reader.feed(self.page(url))
        reader.settle()
        return [form for form in reader.forms if form.method == "post"]

    def form(self, url: str, action: str) -> PageForm:
        """The form on a page that goes to `action`; a query string on either makes no difference."""
        found = [one for one in self.forms(url) if one.action.partition("?")[0] == action.partition("?")[0]]
        assert found, f"no form to {action} on {url}: {[one.action for one in self.forms(url)]}"
        return found[0]

    def send(self, url: str, action: str, status: int = 302, **typed: Any) -> TestResponse:
        """Fill in the form on the page `url` that goes to `action`, and send it."""
        form = self.form(url, action)
        unknown = typed.keys() - set(form.names)
        assert not unknown, f"the form to {action} on {url} has no {unknown}, only {form.names}"
        answer = self.post(form.action, {**form.values, **typed})
        assert answer.status_code == status, f"{action}: {answer.status} {gist(answer.text)}"
        return answer

    def post(self, url: str, values: dict[str, Any]) -> TestResponse:
        """Send values as they are."""
        return self.client.post(url, data=values)

    def forge(self, url: str, **values: Any) -> TestResponse:
        """Send a form that stands on no page of ours, with a good token: what a made-up request looks like."""
        token = self.form("/account/me", "/account/me").values["csrf_token"]
        return self.post(url, {"csrf_token": token, **values})

    def field(self, url: str, action: str, begin: str) -> str:
        """The full name of a form's field that begins with `begin`, as `amount_` does."""
        return next(name for name in self.form(url, action).names if name.startswith(begin))
