"""What walks the tour: people at their screens, forms filled and sent, pages shown, and the book that comes of it."""

import base64
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page

from market.cli.demo.cast import PASSWORD

WIDTH, TALLEST, SHORTEST = 1280, 1200, 700
FACTORS = ("quality", "timeliness", "attitude", "charge", "norms")

PIXELS = """async (source) => {
  const image = new Image();
  image.src = "data:image/png;base64," + source;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.width, image.height];
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const data = context.getImageData(0, 0, image.width, image.height).data;
  const counts = new Map();
  for (let i = 0; i < data.length; i += 4) {
    const colour = (data[i] << 16) | (data[i + 1] << 8) | data[i + 2];
    counts.set(colour, (counts.get(colour) || 0) + 1);
  }
  const palette = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, 256).map((pair) => pair[0]);
  const nearest = new Map(palette.map((colour, index) => [colour, index]));
  const find = (colour) => {
    let [best, least] = [0, Infinity];
    palette.forEach((one, index) => {
      const [r, g, b] = [16, 8, 0].map((shift) => ((one >> shift) & 255) - ((colour >> shift) & 255));
      const far = r * r + g * g + b * b;
      if (far < least) [best, least] = [index, far];
    });
    nearest.set(colour, best);
    return best;
  };
  let pixels = "";
  for (let i = 0; i < data.length; i += 4) {
    const colour = (data[i] << 16) | (data[i + 1] << 8) | data[i + 2];
    pixels += String.fromCharCode(nearest.has(colour) ? nearest.get(colour) : find(colour));
  }
  return { width: image.width, height: image.height, palette, pixels: btoa(pixels) };
}"""


def small(page: Page, picture: bytes) -> bytes:
    """The picture as a PNG of at most 256 colours: a third of the size, and hardly to be told apart."""
    found = page.evaluate(PIXELS, base64.b64encode(picture).decode())
    width, height, pixels = found["width"], found["height"], base64.b64decode(found["pixels"])
    rows = b"".join(b"\0" + pixels[line * width : (line + 1) * width] for line in range(height))
    palette = b"".join(colour.to_bytes(3, "big") for colour in found["palette"])
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"PLTE", palette), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


# --- people at their screens


@dataclass
class Screen:
    """A person's browser window."""

    page: Page

    def go(self, address: str) -> "Screen":
        """Type an address."""
        answer = self.page.goto(address)
        assert answer is not None and answer.status == 200, f"{address}: {answer and answer.status}"
        return self

    def follow(self, address: str) -> "Screen":
        """Press the first link on the page whose address begins so."""
        link = self.page.locator(f'main a[href^="{address}"]').first
        with self.page.expect_navigation():
            link.click()
        return self

    def form(self, action: str = "") -> Locator:
        """The form that goes to `action`; without one, the form that answers on its own page."""
        which = f'[action="{action}"]' if action else ":not([action])"
        return self.page.locator(f'main form[method="post"]{which}').first

    def fill(self, action: str = "", **typed: str) -> "Screen":
        """Fill in fields of a form, whatever they are made of."""
        form = self.form(action)
        for name, value in typed.items():
            fields = form.locator(f'[name="{name}"]')
            kind = fields.first.get_attribute("type")
            if fields.first.evaluate("one => one.tagName") == "SELECT":
                fields.first.select_option(value)
            elif kind in ("radio", "checkbox"):
                form.locator(f'[name="{name}"][value="{value}"]').check()
            else:
                fields.first.fill(value)
        return self

    def send(self, action: str = "", button: str = "button:not([name])") -> "Screen":
        """Press a form's button; a question that stands before it is opened first."""
        pressed = self.form(action).locator(button).last
        if not pressed.is_visible():
            pressed.locator("xpath=ancestor::details[1]/summary").click()
        with self.page.expect_navigation():
            pressed.click()
        return self

    def text(self, selector: str) -> str:
        """What stands in the first element of a kind."""
        return self.page.locator(selector).first.inner_text().strip()

    @property
    def path(self) -> str:
        """Where the window is, without the machine."""
        return "/" + self.page.url.partition("://")[2].partition("/")[2].partition("?")[0].partition("#")[0]


@dataclass
class Tour:
    """The walk: who sits where, what time it is, and what was shown so far."""

    open_page: Callable[..., Page]
    site: Any
    axe: Callable[[Page], None]
    fits: Callable[[Page], None]
    pictures: Path | None
    passwords: dict[str, str] = field(default_factory=dict)
    book: list[str] = field(default_factory=list)
    _screens: dict[str, Screen] = field(default_factory=dict)
    _number: int = 0

    def visitor(self) -> Screen:
        """Somebody who is not signed in."""
        return Screen(self.open_page(width=WIDTH))

    def person(self, mailbox: str) -> Screen:
        """Somebody on the own desk, signed in by the form when need be."""
        screen = self._screens.setdefault(mailbox, self.visitor())
        screen.page.goto("/desk")
        if screen.path != "/desk":
            self.sign_in(screen, mailbox)
        return screen

    def sign_in(self, screen: Screen, mailbox: str) -> None:
        """Fill in and send the sign-in form that is shown."""
        self._screens[mailbox] = screen
        password = self.passwords.get(mailbox, PASSWORD)
        form = screen.page.locator('main form:has([name="password"])')
        form.locator('[name="email"]').fill(f"{mailbox}@example.invalid")
        form.locator('[name="password"]').fill(password)
        with screen.page.expect_navigation():
            form.locator("button").click()

    def later(self, days: int, hour: int) -> None:
        """Let time pass at the served site: so many days, up to that hour."""
        self.site.time.moment = self.site.time.moment.replace(hour=hour) + timedelta(days=days)

    def chapter(self, chinese: str, english: str) -> None:
        """Begin a part of the book."""
        self.book.append(f"## {chinese} · {english}\n")

    def show(self, screen: Screen, heading: tuple[str, str], told: str, *, key: bool = False, focus: str = "") -> None:
        """Show a page: check it for everybody's eyes and hands, picture it, and tell of it in the book.

        A `key` page is checked on a phone too, and pictured in both languages; `focus` is what the picture begins with.
        """
        chinese, english = heading
        self._number += 1
        page, name = screen.page, f"{self._number:02d}"
        self.book.append(f"### {self._number}. {chinese} · {english}\n\n{told}\n")
        self.book.append(f"![{chinese}](tour/{name}.png)\n")
        self._picture(page, name, focus)
        if key:
            self.book.append(f"![{english}](tour/{name}-en.png)\n")
            self._in_english(page, f"{name}-en", focus)
        for width in (1440, 390, 320):
            page.set_viewport_size({"width": width, "height": 900})
            if width == 1440 or (key and width == 390):
                self.axe(page)
            self.fits(page)
        page.set_viewport_size({"width": WIDTH, "height": 900})

    def _in_english(self, page: Page, name: str, focus: str) -> None:
        # What was typed would be lost by loading the page again, so another window of the same person reads it.
        other = page.context.new_page()
        other.set_viewport_size({"width": WIDTH, "height": 900})
        for language in ("en", "zh"):
            page.context.add_cookies([{"name": "lang", "value": language, "url": self.site.url}])
            if language == "en":
                answer = other.goto(page.url)
                assert answer is not None and answer.status == 200
                assert other.locator("html").get_attribute("lang") == "en"
                self._picture(other, name, focus)
        other.close()

    def _picture(self, page: Page, name: str, focus: str) -> None:
        if self.pictures is None:
            return
        # Down to the end of the page's own part: the frame's foot is the same everywhere.
        height = int(page.evaluate("document.querySelector('main').getBoundingClientRect().bottom + scrollY"))
        top = 0
        if focus:
            place = page.locator(focus).first.evaluate("one => one.getBoundingClientRect().top + scrollY")
            top = max(0, min(int(place) - 24, height - SHORTEST))
        clip = {"x": 0, "y": top, "width": WIDTH, "height": min(height - top, TALLEST)}
        taken = page.screenshot(full_page=True, clip=clip)  # type: ignore[arg-type]
        blank = page.context.new_page()
        (self.pictures / f"{name}.png").write_bytes(small(blank, taken))
        blank.close()
