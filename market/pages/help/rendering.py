"""Sections of a guide as HTML in the site's own components. Raw HTML in a guide is shown as text."""

import posixpath
import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import url_for
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup, escape

from market.pages.help.guides import BY_PATH, GUIDES, PICTURES, Guide, Section, anchor_in, half_of, plain

_ARROW = " --> "
# Han characters, Chinese punctuation and full-width forms.
_CHINESE = re.compile("[\u2018-\u201d\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")


@dataclass(frozen=True, slots=True)
class Shown:
    """A section ready for a page."""

    anchor: str
    title: str
    body: Markup


@cache
def shown(key: str, language: str) -> tuple[Shown, ...]:
    """The sections of a guide as they stand on the site, the opening first. Needs a request for the addresses."""
    return tuple(
        Shown(one.anchor, plain(one.title), html_of(key, one, language)) for one in half_of(key, language).sections
    )


def words_of(section: Section) -> str:
    """A section's text without marks, for the index."""
    tokens = _MARKDOWN.parse(section.text)
    return "\n".join(
        one.content if one.type != "inline" else "".join(_said(child) for child in one.children or ())
        for one in tokens
        if one.content
    )


def _said(token: Token) -> str:
    return " " if token.type.endswith("break") else token.content


def html_of(key: str, section: Section, language: str) -> Markup:
    """The text of a section of the guide `key`, links resolved from where its file lies."""
    tokens = _MARKDOWN.parse(section.text)
    caption = plain(section.title)
    heads = 0
    for number, token in enumerate(tokens):
        if token.type == "heading_open":
            heads += 1
            token.attrSet("id", f"{section.anchor or 'part-0'}-{heads}")
            caption = plain(tokens[number + 1].content)
        elif token.type == "table_open":
            token.meta["caption"] = caption
            _label(tokens[number:])
        elif token.type == "inline":
            token.children = _relinked(key, token.children or [], language)
    # Made of our own files by a renderer that escapes all text.
    return Markup(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}))  # noqa: S704


def _label(tokens: Sequence[Token]) -> None:
    """Tell each cell of the table that begins here the heading of its column, for phones."""
    heads: list[str] = []
    column = 0
    for number, token in enumerate(tokens):
        if token.type == "table_close":
            return
        if token.type == "tr_open":
            column = 0
        elif token.type == "th_open":
            heads.append(plain(tokens[number + 1].content))
            token.attrSet("scope", "col")
            token.attrs.pop("style", None)
        elif token.type == "td_open":
            token.attrs.pop("style", None)
            if column:
                token.attrSet("data-label", heads[column])
            column += 1


def _relinked(key: str, tokens: list[Token], language: str) -> list[Token]:
    """Links between guides lead to their pages; links to what the site does not show are plain words."""
    kept: list[Token] = []
    target: Guide | None = None
    for token in tokens:
        if token.type == "link_open":
            path, _, slug = str(token.attrGet("href") or "").partition("#")
            target = _guide_at(key, path)
            if target:
                anchor = anchor_in(target.key, slug) or None
                token.attrSet("href", url_for("pages.guide", key=target.key, _anchor=anchor))
        lost = token.type == "image" and not (PICTURES / posixpath.basename(str(token.attrGet("src") or ""))).is_file()
        if not lost and (target or token.type not in ("link_open", "link_close")):
            kept.append(token)
        if target and token.content == posixpath.basename(target.path):
            # Readers of the site know no files.
            token.content = half_of(target.key, language).title
        if token.type == "link_close":
            target = None
        if token.type == "image" and not lost:
            token.attrs = _picture(str(token.attrGet("src") or ""))
    return kept


def _guide_at(key: str, path: str) -> Guide | None:
    """The guide that a link of the guide `key` leads to; its own page for no path."""
    here = GUIDES[key].path
    return BY_PATH.get(posixpath.normpath(posixpath.join(posixpath.dirname(here), path)) if path else here)


def _picture(source: str) -> dict[str, str | int | float]:
    """A picture's attributes: loaded when it comes near, in a place of its own size."""
    name = posixpath.basename(source)
    width, height = size_of(PICTURES / name)
    address = url_for("pages.help_picture", name=name)
    return {"src": address, "alt": "", "loading": "lazy", "width": width, "height": height}


def size_of(picture: Path) -> tuple[int, int]:
    """Width and height of a PNG file, which stand at its beginning."""
    with picture.open("rb") as file:
        width, height = struct.unpack(">II", file.read(24)[16:])
    return width, height


class _Components(RendererHTML):
    """Tables and code as the site writes them."""

    def table_open(self, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
        caption = escape(tokens[index].meta["caption"])
        return f'<div class="table-box"><table class="data"><caption class="quiet">{caption}</caption>\n'

    def table_close(self, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
        return "</table></div>\n"

    def td_open(self, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
        return f"<td{self.renderAttrs(tokens[index])}><span>"

    def td_close(self, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
        return "</span></td>\n"

    def softbreak(self, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
        """The end of a line in the file: a blank, but none inside a Chinese sentence."""
        before = "".join(token.content for token in tokens[:index])[-1:]
        after = "".join(token.content for token in tokens[index + 1 :])[:1]
        return "" if _CHINESE.match(before) and _CHINESE.match(after) else "\n"

    def code_block(self, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
        return f'<pre class="code" tabindex="0"><code>{escape(tokens[index].content)}</code></pre>\n'

    def fence(self, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
        if tokens[index].info.strip() != "mermaid":
            return self.code_block(tokens, index, options, env)
        # A diagram of moves is shown as the list of them.
        moves = [line.strip() for line in tokens[index].content.splitlines() if _ARROW in line]
        return f'<ul class="moves">{"".join(_move(one) for one in moves)}</ul>\n'


def _move(line: str) -> str:
    before, _, rest = line.partition(_ARROW)
    after, _, name = rest.partition(": ")
    ends = [f"<code>{escape(one)}</code>" if one != "[*]" else "●" for one in (before, after)]
    return f"<li>{' → '.join(ends)}{f' <span>{escape(name)}</span>' if name else ''}</li>"


_MARKDOWN = MarkdownIt("commonmark", {"html": False}, renderer_cls=_Components).enable("table")
