"""The program for outsiders: it repeats every kind of draw, agrees with the engine, and names each tampering."""

import hashlib
import json
import re
import subprocess
import sys
from datetime import date
from itertools import product
from pathlib import Path

import pytest

from market.base import draw
from market.base.draw.beacons import CHAIN, PUBLIC_KEY
from market.selection.draw import replay_draw as program
from market.selection.rules import DAY, lottery_day
from tests.base.test_draw import ROUNDS

CODES = [f"91990000TE5T{number:06d}" for number in range(9)]
BINDING = (
    "draw_id",
    "pool",
    "pool_root",
    "beacon_time",
    "round",
    "beacon",
    "seed",
    "ranking",
    "algorithm_sha256",
    "receipts",
)


def whole(told: dict) -> dict:
    """Write the digest anew, as whoever lies would."""
    rest = {name: value for name, value in told.items() if name != "digest"}
    return rest | {"digest": hashlib.sha256(draw.canonical(rest)).hexdigest()}


def transcript(kind: str = "drand_quicknet", **beacon: object) -> dict:
    """Return a lawful transcript of seven participants and one that was excluded, made by the engine."""
    moment = draw.time_of(1000)
    pool = [draw.Ticket(code, f"{number:032x}") for number, code in enumerate(CODES[:7])]
    out = draw.Ticket(CODES[8], "f" * 32)
    told: dict = {
        "draw_id": "RQ-2026-000041C", "state": "drawn", "least": 2, "announced_at": moment - 90000, "algorithm": draw.ALGORITHM, "algorithm_sha256": draw.TEXT_SHA256,
        "signup_until": moment - 900, "frozen_at": moment - 890, "beacon_kind": kind, "beacon_time": moment,
        "announced_beacon_time": moment, "round": 1000 if kind == "drand_quicknet" else None, "postponements": [],
        "fallback": None, "void": None, "pool": [{"nonce": one.nonce, "ticket": one.ticket} for one in pool],
        "receipts": [
            {"nonce": one.nonce, "ticket": one.ticket, "leaf": one.nonce * 2, "received_at": moment - 1000}
            for one in (*pool, out)
        ],
        "withdrawn": [], "journal": [one.nonce * 2 for one in (*pool, out)],
        "exclusions": [{"ticket": out.ticket, "nonce": out.nonce, "reason": "not_serving"}],
    }  # fmt: skip
    value: draw.Drand | draw.Lottery | draw.Reveals = draw.Drand(1000, ROUNDS[1000][0])
    if kind == "lottery":
        value = draw.Lottery("2023098", (1, 5, 9, 20, 28, 33), 7, date.fromisoformat(lottery_day(moment)))
    elif kind == "commit_reveal":
        secrets = {"supervisor#1": "1" * 64, "auditor#2": "2" * 64}
        made = {by: draw.commitment(told["draw_id"], by, one) for by, one in secrets.items()}
        value = draw.Reveals(told["draw_id"], made, secrets)
    randomness = value.randomness()
    root = draw.pool_root(pool)
    seed = draw.seed_of(told["draw_id"], root, randomness)
    ranking = [one.holder for one in draw.ranking(pool, seed)]
    outcomes = [
        {"ticket": ranking[0], "state": "void", "reason": "agency_refused"},
        {"ticket": ranking[1], "state": "active", "reason": ""},
    ]
    told |= {"pool_root": root.hex(), "seed": seed.hex(), "ranking": ranking, "outcomes": outcomes}
    told["beacon"] = {**value.evidence(), "randomness": randomness.hex(), **beacon}
    return whole(told)


@pytest.mark.parametrize("kind", ["drand_quicknet", "lottery", "commit_reveal"])
def test_the_program_repeats_what_the_engine_drew(kind, tmp_path, capsys):
    told = transcript(kind)
    assert program.replay(told) == told["ranking"]
    file = tmp_path / "told.json"
    file.write_text(json.dumps(told))
    assert program.main([str(file)]) == 0
    assert told["ranking"][0] in capsys.readouterr().out


def test_the_program_needs_nothing_but_python(tmp_path):
    file = tmp_path / "told.json"
    file.write_text(json.dumps(transcript()))
    path = Path(program.__file__)
    # -I and -S: neither this project nor any installed package can be imported.
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(path), str(file)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "py_ecc is not installed" in done.stdout
    assert len(path.read_text().splitlines()) < 230
    assert (program.KEY, program.CHAIN, program.ALGORITHM_SHA256) == (PUBLIC_KEY, CHAIN, draw.TEXT_SHA256)


def test_a_signature_that_hashes_well_and_is_not_drands_is_wrong(tmp_path, capsys):
    told = transcript()
    forged = "8" + told["beacon"]["signature"][1:]
    told["beacon"] |= {"signature": forged, "randomness": draw.Drand(1000, forged).randomness().hex()}
    pool = [draw.Ticket(one["ticket"], one["nonce"]) for one in told["pool"]]
    seed = draw.seed_of(told["draw_id"], draw.pool_root(pool), bytes.fromhex(told["beacon"]["randomness"]))
    told["seed"], told["ranking"] = seed.hex(), [one.holder for one in draw.ranking(pool, seed)]
    told["outcomes"] = [{"ticket": told["ranking"][0], "state": "active", "reason": ""}]
    assert program.replay(told) == told["ranking"], "everything but the signature fits"
    file = tmp_path / "told.json"
    file.write_text(json.dumps(whole(told)))
    assert program.main([str(file)]) == 1
    assert "the beacon's signature is not drand's" in capsys.readouterr().out


CHEATS = {
    "a participant dropped": (lambda t: t["pool"].pop(), "the pool is not the one that was frozen"),
    "a participant added": (lambda t: t["pool"].append({"nonce": "0" * 32, "ticket": CODES[7]}), "the pool is not the one"),
    "a nonce changed": (lambda t: t["pool"][0].update(nonce="e" * 32), "the pool is not the one that was frozen"),
    "a ticket twice": (lambda t: t["pool"].append(dict(t["pool"][0])), "the pool names a ticket twice"),
    "a receipt forgotten": (lambda t: t["exclusions"].clear(), "holds a receipt: it is neither in the pool nor excluded"),
    "an exclusion without reason": (lambda t: t["exclusions"][0].update(reason=""), "excluded without a reason of the list"),
    "a receipt dropped": (lambda t: t["receipts"].pop(0), "the journal holds a receipt that is not shown"),
    "a ghost": (lambda t: (t["receipts"].pop(0), t["journal"].pop(0)), "is in the pool or excluded without a receipt"),
    "another round": (lambda t: t["beacon"].update(round=1001), "the beacon is of another round"),
    "the round renamed": (lambda t: (t["beacon"].update(round=1001), t.update(round=1001)), "the round is not the one"),
    "the time moved": (lambda t: t.update(beacon_time=t["beacon_time"] + 3), "the beacon's time is not the announced one"),
    "frozen too late": (lambda t: t.update(frozen_at=t["beacon_time"]), "frozen after the beacon could be known"),
    "another signature": (lambda t: t["beacon"].update(signature=ROUNDS[657413][0]), "the randomness is not what the beacon"),
    "ranking swapped": (lambda t: t["ranking"].reverse(), "the published ranking is not the one"),
    "another seed": (lambda t: t.update(seed="0" * 64), "the seed is not the one"),
    "another algorithm": (lambda t: t.update(algorithm_sha256="0" * 64), "this is another algorithm"),
    "a rank passed over": (lambda t: t["outcomes"].pop(0), "award 1 is not of rank 1"),
    "refused without reason": (lambda t: t["outcomes"][0].update(reason=""), "was passed over without a reason"),
    "not drawn yet": (lambda t: t.update(beacon=None), "nothing was drawn"),
    "a friendlier beacon": (lambda t: t.update(beacon=transcript("lottery")["beacon"]), "another kind of beacon"),
}  # fmt: skip


DAYS = {"from": draw.time_of(1000) - DAY, "to": draw.time_of(1000), "reason": "witnesses_missing"}
VOID = {"ground": "pool_wrong", "explained": "", "at": draw.time_of(1001)}


def postponed(told: dict, **step: object) -> None:
    told |= {"announced_beacon_time": told["beacon_time"] - DAY, "postponements": [{**DAYS, **step}]}
    told |= {"signup_until": told["signup_until"] - DAY, "announced_at": told["announced_at"] - DAY}
    told |= {"frozen_at": told["frozen_at"] - DAY}
    for one in told["receipts"]:
        one["received_at"] -= DAY


CHEATS |= {
    "drawn, called void": (lambda t: t.update(state="void"), "void by a confirmed decision"),
    "drawn, called frozen": (lambda t: t.update(state="frozen"), "what was drawn does not fit frozen"),
    "drawn, called failed": (lambda t: t.update(state="failed"), "7 took part, 2 are needed: it is not failed"),
    "another state": (lambda t: t.update(state="done"), "no such state"),
    "drawn and void": (lambda t: t.update(void=VOID), "void by a confirmed decision"),
    "void without ground": (lambda t: t.update(state="void", void=VOID | {"ground": "x"}), "on void has no ground"),
    "void before the freeze": (lambda t: t.update(state="void", void=VOID | {"at": 1}), "came too early"),
    "void, and still awarded": (lambda t: t.update(state="void", void=VOID), "rank 2 was passed over"),
    "fallback too early": (lambda t: t.update(fallback={"ground": "beacon_unreachable", "at": t["beacon_time"]}), "too early"),
    "fallback for nothing": (lambda t: t.update(fallback={"ground": "x", "at": 1 << 40}), "no ground of the list"),
    "more were needed": (lambda t: t.update(least=8), "7 took part, 8 are needed: it is not drawn"),
    "nobody was needed": (lambda t: t.update(least=0), "no such least number"),
    "awards emptied": (lambda t: t["outcomes"].clear(), "what was drawn does not fit drawn"),
    "the last award dropped": (lambda t: t["outcomes"].pop(), "nobody follows"),
    "the last award given up": (lambda t: t["outcomes"][1].update(state="void", reason="agency_refused"), "nobody follows"),
    "an award in no state": (lambda t: t["outcomes"][1].update(state="x"), "rank 2 was passed over"),
    "a reason of one's own": (lambda t: t["outcomes"][0].update(reason="tired"), "passed over without a reason"),
    "an award after a void draw": (lambda t: t["outcomes"][0].update(reason="draw_voided"), "passed over without a reason"),
    "excluded for no reason": (lambda t: t["exclusions"][0].update(reason="ugly"), "excluded without a reason of the list"),
    "an exclusion invented": (lambda t: t["exclusions"].append({"ticket": CODES[7], "nonce": "0" * 32, "reason": "not_serving"}), "without a receipt"),
    "signed up too late": (lambda t: t["receipts"][0].update(received_at=t["signup_until"] + 1), "after the deadline"),
    "signed up too early": (lambda t: t["receipts"][0].update(received_at=t["announced_at"] - 1), "before the announcement"),
    "announced afterwards": (lambda t: t.update(announced_at=t["signup_until"] + 1), "before the announcement|sign-up ended or began"),
    "frozen too early": (lambda t: t.update(frozen_at=t["signup_until"] - 1), "frozen before sign-up ended"),
    "a time in words": (lambda t: t.update(frozen_at=str(t["frozen_at"])), "not a whole second"),
    "a time that is true": (lambda t: t.update(announced_at=True), "not a whole second"),
    "another chain": (lambda t: t["beacon"].update(chain="0" * 64), "of another chain"),
    "postponed for no reason": (lambda t: postponed(t, at=t["beacon_time"] - DAY - 9, reason="rain"), "no lawful reason"),
    "postponed when known": (lambda t: postponed(t, at=t["beacon_time"] - DAY), "when the beacon was known"),
    "late, and frozen before": (lambda t: postponed(t, at=t["beacon_time"] - DAY - 9, reason="frozen_late"), "no lawful reason"),
    "postponed by hours": (lambda t: t.update(announced_beacon_time=t["beacon_time"] - 3600, postponements=[{**DAYS, "from": t["beacon_time"] - 3600}]), "by whole days"),
}  # fmt: skip


@pytest.mark.parametrize("cheat", CHEATS)
def test_each_way_of_cheating_is_named(cheat):
    told = transcript()
    act, sentence = CHEATS[cheat]
    act(told)
    with pytest.raises(program.Wrong, match=sentence):
        program.replay(told)


def test_postponements_and_void_draws_of_the_law_are_repeated():
    told = transcript()
    postponed(told, at=told["beacon_time"] - DAY - 9)
    assert program.replay(told) == told["ranking"]
    told = transcript() | {"state": "void", "void": VOID}
    told["outcomes"][1] |= {"state": "void", "reason": "draw_voided"}
    assert program.replay(told) == told["ranking"]
    told = transcript()
    told["outcomes"] = [{"ticket": one, "state": "void", "reason": "contract_declined"} for one in told["ranking"]]
    assert program.replay(told) == told["ranking"]


@pytest.mark.parametrize("field", [{"blue": 17}, {"blue": 0}, {"red": [1, 5, 9, 20, 28, 34]}, {"issue": "2024098"}])
def test_what_is_no_result_of_the_lottery_is_wrong(field):
    with pytest.raises(program.Wrong, match="no result"):
        program.replay(transcript("lottery", **field))


def ended(state: str) -> dict:
    """Return a draw that has not come to a beacon, as the site tells it."""
    told = transcript() | {"state": state}
    if state in ("announced", "cancelled"):
        rest = ("frozen_at", "pool", "pool_root", "receipts", "journal", "withdrawn", "exclusions", "fallback", "void",
                "beacon", "seed", "ranking", "outcomes")  # fmt: skip
        return whole({name: value for name, value in told.items() if name not in rest})
    told |= {"beacon": None, "seed": None, "ranking": [], "outcomes": []}
    told |= {"least": 8} if state == "failed" else {"void": VOID} if state == "void" else {}
    return whole(told)


@pytest.mark.parametrize("state", ["announced", "cancelled", "frozen", "failed", "void"])
def test_a_draw_that_was_not_drawn_is_told_honestly_and_what_is_there_is_repeated(state, tmp_path, capsys):
    def said(told: dict) -> tuple[int, str]:
        file = tmp_path / "told.json"
        file.write_text(json.dumps(told))
        return program.main([str(file)]), capsys.readouterr().out

    told = ended(state)
    code, line = said(told)
    assert (code, line.startswith(f"NOT DRAWN {told['draw_id']}: the state is {state};")) == (0, True), line
    cheats = [
        {"beacon_time": told["beacon_time"] + 3},
        {"algorithm_sha256": "0" * 64},
        {"digest": "0" * 64},
        {"least": 0},
    ]
    if "pool" in told:
        cheats += [{"pool": told["pool"][1:]}, {"state": "drawn"}, {"journal": []}, {"outcomes": [1]}, {"ranking": [1]}]
        cheats += [{"least": 2 if state == "failed" else 8}, {"void": VOID if state != "void" else None}]
    else:
        cheats += [{"pool": []}, {"frozen_at": 1}, {"postponements": [{**DAYS, "at": 1}]}]
    for cheat in cheats:
        code, line = said(whole(told | cheat) if "digest" not in cheat else told | cheat)
        assert (code, line.split()[0]) == (1, "WRONG"), (cheat, line)


def test_the_program_says_what_it_does_not_prove_and_how_it_is_used(tmp_path, capsys):
    file = tmp_path / "told.json"
    file.write_text(json.dumps(transcript("commit_reveal")))
    assert program.main([str(file)]) == 0
    assert "only told here, to be compared with the public log: exact times, least" in capsys.readouterr().out
    for arguments in ([], ["--help"], ["-h"]):
        command = [sys.executable, str(program.__file__), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (done.returncode, "replay_draw.py transcript.json" in done.stdout, done.stderr) == (2, True, "")


def test_a_lottery_of_another_day_is_wrong_for_whoever_chose_it():
    told = transcript("lottery", drawn_on="2023-09-03")
    with pytest.raises(program.Wrong, match="is not the first drawing"):
        program.replay(told)
    fallen = transcript("lottery") | {
        "beacon_kind": "drand_quicknet",
        "round": 1000,
        "fallback": {"ground": "beacon_unreachable", "at": draw.time_of(1000) + DAY},
    }
    with pytest.raises(program.Wrong, match="is not the first drawing"):
        program.replay(fallen)
    fallen["beacon"]["drawn_on"] = lottery_day(fallen["beacon_time"] + DAY)
    assert program.replay(fallen) == fallen["ranking"]


@pytest.mark.parametrize("kind", ["drand_quicknet", "lottery", "commit_reveal"])
def test_one_bit_flipped_anywhere_in_what_binds_is_caught(kind):
    told = transcript(kind)
    binding, rest = {name: told.pop(name) for name in BINDING}, told
    text = json.dumps(binding, ensure_ascii=False).encode()
    changed, received = 0, re.compile(rb'"received_at": \d+')
    for place, bit in product(range(len(text)), range(8)):
        flipped = bytearray(text)
        flipped[place] ^= 1 << bit
        try:
            read = json.loads(flipped.decode())
        except ValueError:
            continue
        # The exact second of a sign-up is only told; the log's entry of it has the time.
        if read == binding or received.sub(b"", flipped) == received.sub(b"", text):
            continue
        changed += 1
        # A name that is not there any more is an error which the program reports as "this is no transcript".
        with pytest.raises((program.Wrong, KeyError, ValueError, TypeError, AttributeError)):
            program.replay({**rest, **read})
    assert changed > 10_000


@pytest.mark.parametrize("kind", ["drand_quicknet", "lottery", "commit_reveal"])
def test_a_file_that_was_damaged_anywhere_is_no_longer_whole(kind):
    """Also where nothing binds, such as the reason of an exclusion: the digest notices what the algorithm cannot."""
    text = draw.canonical(transcript(kind) | {"explained": "机构已书面说明"})
    text = draw.canonical(whole(json.loads(text)))
    program.whole(json.loads(text))
    for place, bit in product(range(len(text)), range(8)):
        flipped = text[:place] + bytes([text[place] ^ 1 << bit]) + text[place + 1 :]
        try:
            read = json.loads(flipped.decode())
        except ValueError:
            continue
        with pytest.raises((program.Wrong, AttributeError)):
            program.whole(read)


@pytest.mark.parametrize("text", ["[" * 100_000, "[]", "7", "null", '"draw"', '{"seed": 1e999}', "{}", "\x00", ""])
def test_what_is_no_transcript_is_called_so(text, tmp_path, capsys):
    file = tmp_path / "told.json"
    file.write_text(text)
    assert program.main([str(file), str(tmp_path), str(tmp_path / "missing.json")]) == 1
    said = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in said] == ["WRONG"] * 3
