"""What the clock does to the public log: number and sign, ask the witnesses, look whether the past is still there."""

import logging
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from http import HTTPStatus
from http.client import HTTPException

from market.base.errors import Refusal
from market.journal import actions, queries
from market.journal.guarding import Log, require_whole
from market.journal.queries import Checkpoint
from market.journal.rules import tree, witnessing
from market.journal.rules.note import signed
from market.journal.rules.policy import Witness
from market.store.transaction import flush_to_disk, release, transaction

WITNESS_SECONDS = 5.0
QUICK = 0.5
_LONGEST_ANSWER = 64 * 1024
log = logging.getLogger(__name__)


def seal_log(site: Log) -> int:
    """Number all acts that wait and sign; how many entries the log has now. Safe to run twice and by several.

    Refused (log.behind, log.forked, log.inconsistent) when the database is not what was signed before.
    """
    left = queries.how_many_wait()
    release()
    if left and not site.agrees():
        require_whole(site)
    for _ in range(0, left, actions.BATCH):  # what comes meanwhile waits for the next round, or this one had no end
        with transaction() as now:
            head = actions.seal(site.signer, now=now)
        if head is None:
            break  # somebody else was faster
        flush_to_disk()
        site.keep(signed(head, site.signer))
        release()
    return queries.entries()


def ask_witnesses(site: Log) -> int:
    """Show the newest head to every witness that has not cosigned it; how many did now. Safe to run twice."""
    found = queries.checkpoint()
    if found is None:
        return 0
    missing = [one for one in site.policy.witnesses if one.name not in found.seen]
    return sum(_ask(site, witness, found) for witness in missing)


def watch_log(site: Log) -> str:
    """Look, number, ask: one round of the log. The verdict: "" while the site may write."""
    verdict = site.look()
    release()
    if not verdict:
        seal_log(site)
        ask_witnesses(site)
        release()
    return site.look() if site.policy.witnesses else verdict


def seal_for_ever(site: Log, goes_on: Callable[[], bool]) -> None:
    """Number what waits, again and again while `goes_on`, so that an act has its number within a second."""
    while goes_on():
        try:
            if not site.verdict():
                seal_log(site)
        except Refusal as refusal:
            log.warning("the log was not sealed: %s", refusal)
            if refusal.code == "log.inconsistent":
                site.look()
        finally:
            release()
        time.sleep(QUICK)


def _ask(site: Log, witness: Witness, head: Checkpoint) -> bool:
    old = queries.last_seen_by(witness.name)
    for _ in range(2):
        status, answer = _post(f"{witness.url}/add-checkpoint", _body(old, head))
        if status == HTTPStatus.OK:
            line, moment = witnessing.cosignature(answer, head.note, witness.verifier)
            with transaction():
                actions.keep_cosignature(head.size, witness.name, line=line, seen_at=moment)
            return True
        if status != HTTPStatus.CONFLICT or not answer.strip().isdecimal() or int(answer) == old:
            break
        if int(answer) > head.size:
            break
        old = int(answer)
    log.warning("witness %s did not cosign %s entries: %s %s", witness.name, head.size, status, answer[:200])
    _learn(site, witness)
    return False


def _learn(site: Log, witness: Witness) -> None:
    """A witness that refuses may know a later head of ours, or another one of this size."""
    status, answer = _post(f"{witness.url}/checkpoint?origin={site.signer.name}", None)
    if status == HTTPStatus.OK:
        try:
            site.keep(answer)
        except ValueError as error:
            log.warning("witness %s shows what we have not signed: %s", witness.name, error)


def _body(old: int, head: Checkpoint) -> bytes:
    proof = tree.consistency(old, head.size, queries.stored_nodes(head.size)) if old else []
    release()
    return witnessing.request(old, proof, head.note)


def _post(url: str, body: bytes | None) -> tuple[int, str]:
    """Status and answer; status 0 when nobody answers."""
    asked = urllib.request.Request(url, data=body, headers={"Content-Type": "text/plain; charset=utf-8"})  # noqa: S310
    try:
        with urllib.request.urlopen(asked, timeout=WITNESS_SECONDS) as answer:  # noqa: S310
            return answer.status, answer.read(_LONGEST_ANSWER).decode("utf-8", "replace")
    except urllib.error.HTTPError as error:
        return error.code, error.read(_LONGEST_ANSWER).decode("utf-8", "replace")
    except (OSError, HTTPException) as error:
        return 0, str(error)
