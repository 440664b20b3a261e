"""Voices on the desk: the open ones for whoever answers, the overdue ones for whoever watches."""

from collections.abc import Iterable

from flask import url_for
from flask_babel import gettext as _

from market.base.people import Actor
from market.base.permissions import Permission, may
from market.oversight import queries
from market.oversight.queries import VoiceRow
from market.pages.cards import Tongue
from market.pages.waits import Group, Today, Wait, due

MOST = 100


def open_voices(_actor: Actor, today: Today) -> Group:
    """What somebody objected to or reported, the nearest deadline first."""
    return _group(_("Voices to answer"), queries.waiting(limit=MOST), today, act=_("Answer"))


def overdue_voices(actor: Actor, today: Today) -> Group:
    """What nobody answered in time; left to the editor's own group where the actor answers."""
    mine = may(actor.role, Permission.CATALOGUE_VOICE_ANSWER)
    rows = [] if mine else queries.overdue_voices(today.day, MOST)
    return _group(_("Voices past their deadline"), rows, today, act=_("Look"))


def _group(title: str, rows: Iterable[VoiceRow], today: Today, *, act: str) -> Group:
    tongue = Tongue.of_reader()
    waits = [
        Wait(
            row.target.said or f"{row.target.code} {tongue.pick(row.target.name_zh, row.target.name_en)}".strip(),
            f"{row.voice.ref} · {tongue.words[f'voice_kind.{row.voice.kind}']}",
            url_for("oversight.desk_voice", ref=row.voice.ref),
            act,
            due(row.voice.due_on, today),
        )
        for row in rows
    ]
    return Group(title, url_for("oversight.desk_voices"), waits)
