"""Scenarios 10, 11 and 13 of the thirty: an outsider repeats a draw, an operator drops somebody, the beacon is away.

Scenario 15 (the winner refuses) is in test_draws.py; 12 and 29 (the log itself) are in tests/journal/test_witness.py.
"""

import hashlib
import json
import re
import subprocess
import sys
from datetime import date, timedelta

from market.base.draw import Drand, Lottery, Ticket, pool_root
from market.base.people import Role
from market.jobs import draws as jobs
from market.jobs import log_verifying
from market.jobs.log import seal_log
from market.jobs.log_verifying import last_night, verify_and_keep, verify_nightly
from market.selection.actions import draws as actions
from market.selection.draw import replay_draw
from market.selection.models import DrawRank, SignUp
from market.selection.queries.draws import draw_of
from market.selection.rules import Decision
from market.store.db import db
from market.store.transaction import release
from tests import people
from tests.cheating import past_the_laws
from tests.journal.around import Verifying, mirror, site_of
from tests.make import PASSWORD, make_person
from tests.selection import around, draws
from tests.selection.around import BEFORE, DEADLINE
from tests.selection.draws import BEACON
from tests.selection.test_draw_beacons import code_of, decide, enter
from tests.selection.test_draws import run


def other(digit: str) -> str:
    return "0" if digit != "0" else "1"


def changed(text: str, place: int = 0) -> str:
    """Return the text with one of its characters changed to another of its alphabet."""
    return text[:place] + other(text[place]) + text[place + 1 :]


def test_scenario_10_a_stranger_repeats_the_draw_offline_and_one_byte_changed_fails(app, client, at, tmp_path):
    with app.app_context():
        made = draws.made(at, agencies=4)
        run(at, DEADLINE)
        draws.beacon_comes(made.ref)
        run(at, BEACON)
        ranking = [row.ticket for row in db.session.query(SignUp).join(DrawRank).order_by(DrawRank.position)]
        release()
    program, good = tmp_path / "replay_draw.py", tmp_path / "good.json"
    program.write_bytes(client.get("/draws/replay_draw.py").data)
    good.write_bytes(client.get(f"/draws/{made.ref}.json").data)
    cheats = {
        "pool": lambda t: t["pool"][0].update(ticket=changed(t["pool"][0]["ticket"], 17)),
        "nonce": lambda t: t["pool"][1].update(nonce=changed(t["pool"][1]["nonce"])),
        "round": lambda t: t.update(round=t["round"] + 1),
        "beacon_round": lambda t: t["beacon"].update(round=t["beacon"]["round"] - 1),
        "ranking": lambda t: t["ranking"].__setitem__(1, changed(t["ranking"][1], 17)),
    }
    for name, cheat in cheats.items():
        told = json.loads(good.read_text("utf-8"))
        cheat(told)
        (tmp_path / f"{name}.json").write_text(json.dumps(told), "utf-8")
    files = ["good.json", *(f"{name}.json" for name in cheats)]
    # -I and -S: nothing but Python itself, as on a stranger's computer.
    done = subprocess.run(
        [sys.executable, "-I", "-S", program.name, *files], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    said = [line for line in done.stdout.splitlines() if line[0] != " "]
    assert done.returncode == 1
    assert [line.split(":")[0] for line in said] == [
        f"OK {made.ref}", *(f"WRONG {name}.json" for name in cheats)
    ]  # fmt: skip
    assert f"rank 1 is {ranking[0]} of 4; then {ranking[1]}, {ranking[2]}" in said[0]
    assert "no transcript" not in done.stdout


def of_draws(site) -> list[str]:
    """What the verification of everything finds wrong with draws; the tests' own edition has no acts."""
    found = [line for line in map(str, verify_and_keep(site).wrong) if not line.startswith("edition/")]
    release()
    return found


def test_scenario_11_an_applicant_whom_the_operator_drops_proves_it_and_everybody_sees_it(
    app, client, at, owner_url, tmp_path, monkeypatch, capsys
):
    site = site_of(app)
    # The tests' own agencies and prices have no acts either.
    monkeypatch.setattr(log_verifying, "differing_rows", list)
    with app.app_context():
        one, two = draws.made(at, agencies=4, signed_up=3), draws.made(at, agencies=3)
        draws.sign_up(one.ref, one.agencies[3])
        at(BEFORE)
        draws.leave(one.ref, one.agencies[3])
        supervisor = make_person(role=Role.SUPERVISOR)
        seal_log(site)
        assert of_draws(site) == []
        tickets = dict(db.session.query(SignUp.receipt, SignUp.ticket).all())
        release()
    proofs = []
    for made in (one, two):
        agency = app.test_client()
        people.sign_in(agency, made.agencies[0], PASSWORD)
        desk = agency.get(f"/desk/opportunities/{made.ref}?lang=en").text
        seq = int(re.search(r'href="/log/proof/(\d+)"', desk)[1])
        proof = tmp_path / f"{made.ref}.tlog-proof"
        proof.write_bytes(client.get(f"/log/proof/{seq}").data)
        leaf = client.get(f"/log/proof/{seq}.json").json["leaf"]
        salt, private = re.search(r"<dt>Salt</dt><dd>([0-9a-f]+)</dd>.*?<dd>(\{.*?\})</dd>", desk, re.DOTALL).groups()
        private = private.replace("&#34;", '"')
        # The entry holds nothing but this hash, and only who signed up can show what makes it.
        assert hashlib.sha256(bytes.fromhex(salt) + private.encode()).hexdigest() == json.loads(leaf)["ph"]
        assert json.loads(private)["ticket"] == tickets[hashlib.sha256(b"\0" + leaf.encode()).hexdigest()]
        proofs.append((seq, proof, json.loads(private)))

    # Before the freeze: the row is taken out, with the price that hangs on it.
    seq, proof, private = proofs[0]
    quote = f"(SELECT id FROM quote WHERE ref = '{private['quote']}')"
    past_the_laws(
        owner_url,
        f"DELETE FROM sign_up WHERE quote_id = {quote}",
        f"DELETE FROM quote_line WHERE quote_id = {quote}",
        f"DELETE FROM quote WHERE ref = '{private['quote']}'",
    )
    finding = f"draw/{one.ref}: entry {seq} is a sign-up, and no participant has its receipt"
    with app.app_context():
        assert of_draws(site) == [finding]
        at(BEFORE + timedelta(hours=1))
        assert verify_nightly(site) is None
        at(BEFORE + timedelta(days=1))
        assert finding in map(str, verify_nightly(site).wrong)
        at(BEFORE)
        release()
    banner = {"en": "The books of this site do not agree", "zh": "本网站账目对不上"}
    assert all(said in client.get(f"/?lang={lang}").text for lang, said in banner.items())
    page = client.get("/log?lang=en").text
    assert finding in page and not any(ticket in page for ticket in tickets.values())
    assert client.get("/healthz").json["verification"] == "wrong"
    watching = app.test_client()
    people.sign_in(watching, supervisor, PASSWORD)
    in_chinese = f"draw/{one.ref}：第 {seq} 条是一次报名，数据表中却没有持该回执的参加机构"
    assert all(in_chinese in page for page in (watching.get("/desk").text, client.get("/log?lang=zh").text))
    assert people.post(agency, f"/desk/opportunities/{two.ref}/leave").status_code == 302, "the site goes on"

    # After the freeze: the row is taken out, and the draw's root made to fit what is left.
    with app.app_context():
        draws.sign_up(two.ref, two.agencies[0])
        run(at, DEADLINE)
        kept = [entry for entry in draws.told(two.ref)["pool"] if entry["ticket"] != proofs[1][2]["ticket"]]
        root = pool_root([Ticket(**entry) for entry in kept])
        release()
    past_the_laws(
        owner_url,
        f"DELETE FROM sign_up WHERE ticket = '{proofs[1][2]['ticket']}' AND withdrawn_at IS NULL",
        f"UPDATE draw SET pool_root = '{root.hex()}' WHERE ref = '{two.ref}'",
    )
    with app.app_context():
        seal_log(site)
        found = of_draws(site)
        assert f"draw/{two.ref}: the journal holds a receipt that is not shown, or lacks one that is" in found
        assert any(
            re.fullmatch(rf"draw/{two.ref}: entry \d+ \(draw.freeze\) says another pool_root .*", x) for x in found
        )
        draws.beacon_comes(one.ref)
        run(at, BEACON)
        seal_log(site)
        assert [draws.told(made.ref)["state"] for made in (one, two)] == ["drawn", "drawn"]
        release()
    for made in (one, two):
        (tmp_path / "told.json").write_bytes(client.get(f"/draws/{made.ref}.json").data)
        assert replayed(tmp_path / "told.json") == "the journal holds a receipt that is not shown, or lacks one that is"
    verifying = Verifying(monkeypatch, capsys, tmp_path / "head")
    folder = mirror(client, tmp_path / "mirror")
    for seq, proof, _private in proofs:
        assert verifying(folder, "--receipt", str(proof)) == 0, verifying.said
        assert f"the receipt's entry {seq} is in the log" in verifying.said

    # At last he bends the result, and takes the entry of the sign-up out of the journal: each is named.
    past_the_laws(
        owner_url,
        f"UPDATE draw SET seed = '{'0' * 64}' WHERE ref = '{one.ref}'",
        "UPDATE draw_rank SET position = position + 90 WHERE position = 1",
        f"DELETE FROM log_entry WHERE seq = {proofs[0][0]}",
    )
    with app.app_context():
        found = of_draws(site)
        named = [line for line in found if "(draw.draw) says another" in line]
        assert {line.split(" another ")[1].split()[0] for line in named} == {"seed", "ranking"}
        assert any(line.startswith(f"entry {proofs[0][0]} is missing") for line in found)


def replayed(file) -> str:
    """Return what replay_draw.py calls wrong."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", replay_draw.__file__, file], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    return done.stdout.split(": ", 1)[1].strip()


def test_scenario_13_a_beacon_that_is_away_is_waited_for_and_only_two_persons_fall_back(session, at, monkeypatch):
    made, fallen = draws.made(at, agencies=3), draws.made(at, agencies=3)
    one, two = make_person(role=Role.SUPERVISOR), make_person(role=Role.AUDITOR)
    run(at, DEADLINE)
    number, asked, drand = draws.told(made.ref)["round"], [], []

    def fetch(_relays, wanted):
        asked.append(wanted)
        return Drand(wanted, "ab" * 48) if drand else None

    def look(moment) -> list[tuple[str, object, list]]:
        at(moment)
        jobs.watch_draws(("https://relay.invalid",))
        told = [draws.told(ref) for ref in (made.ref, fallen.ref)]
        return [(one["state"], one["seed"], one["ranking"] + one["outcomes"]) for one in told]

    monkeypatch.setattr(jobs, "fetch", fetch)
    nothing = [("frozen", None, [])] * 2
    for minutes in (0, 1, 60, 120):
        assert look(BEACON + timedelta(minutes=minutes)) == nothing
    ground = (Decision.FALLBACK, "beacon_unreachable", "【虚构】各中继均取不到本轮信标")
    assert code_of(lambda: decide(actions.propose, fallen.ref, one, ground)) == "draw.fallback_too_early"
    # After a day, and for the second draw only, two persons turn to the lottery; one alone changes nothing.
    assert look(BEACON + timedelta(days=4)) == nothing
    result = Lottery("2026026", (1, 5, 9, 20, 28, 33), 7, date(2026, 3, 8))
    assert [enter(who, result) for who in (one, two)] == [False, True]
    decide(actions.propose, fallen.ref, one, ground)
    assert code_of(lambda: decide(actions.confirm, fallen.ref, one, Decision.FALLBACK)) == "draw.two_persons"
    assert look(BEACON + timedelta(days=4, hours=1)) == nothing
    decide(actions.confirm, fallen.ref, two, Decision.FALLBACK)
    waiting, drawn = look(BEACON + timedelta(days=4, hours=2))
    assert (waiting, drawn[0]) == (nothing[0], "drawn")
    assert draws.told(fallen.ref)["beacon"]["kind"] == "lottery"
    # Drand is back: the round that was announced is the one that counts.
    drand.append("back")
    look(BEACON + timedelta(days=4, hours=3))
    told = draws.told(made.ref)
    assert (told["state"], told["round"], told["beacon"]["round"]) == ("drawn", number, number)
    assert set(asked) == {number} and told["postponements"] == [] and told["fallback"] is None
    assert draw_of(made.ref).beacon_name == str(number)
    assert around.state_of(made.request) == "awarded"


def test_a_nights_verification_is_due_at_three_in_china():
    for moment, due in ((around.MONDAY, 2), (around.MONDAY.replace(hour=2, minute=59), 1)):
        assert last_night(moment) == around.MONDAY.replace(day=due, hour=3)
