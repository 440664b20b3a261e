"""What the clock does to the public log: number and sign, ask the witnesses, look whether the past is still there."""

import logging
import re
import time
from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import quote

from market.base.errors import Refusal
from market.jobs.asking import Answer, ask, ask_all
from market.jobs.surviving import surviving
from market.journal import actions, queries
from market.journal.guarding import Log, require_whole
from market.journal.queries import Checkpoint
from market.journal.rules import tree, witnessing
from market.journal.rules.note import signed
from market.journal.rules.policy import Witness
from market.store.transaction import flush_to_disk, release, transaction

QUICK = 0.5
_SIZE = re.compile(r"\s*(0|[1-9]\d{0,18})\s*", re.ASCII)
log = logging.getLogger(__name__)


def seal_log(site: Log) -> int:
    """Number all acts that wait and sign; how many entries the log has now. Safe to run twice and by several.

    Refused (log.behind, log.forked, log.inconsistent) when the database is not what was signed before.
    """
    left = queries.how_many_wait()
    release()
    if left:
        _remember(site)
    for _ in range(0, left, actions.BATCH):  # what comes meanwhile waits for the next round, or this one had no end
        with transaction() as now:
            head = actions.seal(site.signer, now=now)
        if head is None:
            break  # somebody else was faster
        flush_to_disk()
        site.keep(signed(head, site.signer))
        release()
    return queries.entries()


def learn_heads(site: Log) -> None:
    """Ask all witnesses at once for the newest head of ours that they know; what our key has signed is kept.

    One that does not answer in time holds nobody up, and is asked again next round.
    """
    asked = {_newest_at(site, one): one for one in site.policy.witnesses}
    release()
    for url, given in ask_all(dict.fromkeys(asked)).items():
        _learn(site, asked[url], given=given)
    site.memory.asked = time.monotonic()
    release()


def ask_witnesses(site: Log) -> int:
    """Show the newest head to every witness that has not cosigned it; how many did now. Safe to run twice."""
    found = queries.checkpoint()
    if found is None:
        return 0
    missing = [one for one in site.policy.witnesses if one.name not in found.seen]
    return sum(_ask(site, witness, found) for witness in missing)


def watch_log(site: Log) -> str:
    """Ask what is known, look, number, ask: one round of the log. The verdict: "" while the site may write."""
    site.recall()
    learn_heads(site)
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
        with surviving("sealing", []):
            if not site.verdict():
                _seal_or_look(site)
        time.sleep(QUICK)


def _seal_or_look(site: Log) -> None:
    try:
        seal_log(site)
    except Refusal as refusal:
        if refusal.code == "log.inconsistent":
            release()
            site.look()
        raise


def _ask(site: Log, witness: Witness, head: Checkpoint) -> bool:
    """Whether the witness cosigns. Whatever else it answers is logged by its name; the next round asks again."""
    old = queries.last_seen_by(witness.name)
    for _ in range(2):
        status, answer = ask(f"{witness.url}/add-checkpoint", _body(old, head))
        if status == HTTPStatus.OK:
            return _cosigned(witness, head, answer)
        known = int(answer) if status == HTTPStatus.CONFLICT and _SIZE.fullmatch(answer) else old
        if known == old or known > head.size:
            break
        old = known
    log.warning("witness %s did not cosign %s entries: %s %.200r", witness.name, head.size, status, answer)
    if status:
        _learn(site, witness, given=ask(_newest_at(site, witness), None))
    return False


def _cosigned(witness: Witness, head: Checkpoint, answer: str) -> bool:
    try:
        line, moment = witnessing.cosignature(answer, head.note, witness.verifier)
    except ValueError as error:
        log.warning("witness %s cosigned %s entries in vain: %s", witness.name, head.size, error)
        return False
    with transaction():
        actions.keep_cosignature(head.size, witness.name, line=line, seen_at=moment)
    return True


def _newest_at(site: Log, witness: Witness) -> str:
    return f"{witness.url}/checkpoint?origin={quote(site.signer.name)}"


def _learn(site: Log, witness: Witness, *, given: Answer) -> None:
    """Keep the head that a witness shows: a later one of ours than we know, or another one of its size."""
    status, answer = given
    if status != HTTPStatus.OK:
        log.info("witness %s shows no head: %s %.200r", witness.name, status, answer)
        return
    try:
        site.keep(answer)
    except ValueError as error:
        log.warning("witness %s shows what we have not signed: %s", witness.name, error)


def _remember(site: Log) -> None:
    """Before signing: refused when the database is not what this process, this machine or a witness knows of.

    A process asks before its first signature, when the last asking is old, and when the head in the folder is older
    than the one that it kept there.
    """
    if site.recall() or site.must_ask():
        learn_heads(site)
    if not site.agrees():
        require_whole(site)


def _body(old: int, head: Checkpoint) -> bytes:
    proof = tree.consistency(old, head.size, queries.stored_nodes(head.size)) if old else []
    release()
    return witnessing.request(old, proof, head.note)
