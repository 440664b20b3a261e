// A draw's page: the countdown to the beacon, and the draw computed again in this browser. Nothing here is needed to read it.
"use strict";

// --- countdown: by the server's clock, as far as the page knew it when it was made
document.querySelectorAll("[data-countdown]").forEach((place) => {
  const ahead = Number(place.dataset.now) - Date.now() / 1000;
  const show = () => {
    const left = Math.ceil(Number(place.dataset.countdown) - Date.now() / 1000 - ahead);
    const two = (number) => String(number).padStart(2, "0");
    const days = Math.floor(left / 86400);
    const clock = `${two(Math.floor(left / 3600) % 24)}:${two(Math.floor(left / 60) % 60)}:${two(left % 60)}`;
    place.textContent = left > 0 ? (days ? `${days} × 24 h + ${clock}` : clock) : place.dataset.over;
    if (left <= 0) clearInterval(ticking);
  };
  const ticking = setInterval(show, 1000);
  show();
  place.hidden = false;
});

// --- replay: draw-v1 again, by Web Crypto. It is as strict as replay_draw.py, but for drand's signature and the digest.
const ALGORITHM_SHA256 = "1d15efd2f72aa9cae556e71a8e7c4810a82cfa247de06df040e6115421b11755";
const CHAIN = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971";
const [GENESIS, PERIOD, DAY] = [1692803367, 3, 86400];
const EXCLUDED = ["not_serving"];
const REFUSED = ["agency_refused", "contract_declined"];
const VOID = ["pool_wrong", "ordered_by_authority", "beacon_never_came"];
const FALLBACK = ["beacon_unreachable", "secret_withheld"];
const bytesOf = (text) => new TextEncoder().encode(text);
const hexOf = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

function fromHex(text) {
  if (typeof text !== "string" || text.length % 2 || /[^0-9a-f]/.test(text)) throw new Error("not hexadecimal");
  return Uint8Array.from(text.match(/../g) || [], (pair) => parseInt(pair, 16));
}

async function sha(...parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return new Uint8Array(await crypto.subtle.digest("SHA-256", whole));
}

// RFC 8785 for what draws hold: whole numbers, ASCII keys, lists and objects.
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value && typeof value === "object") {
    return `{${Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(",")}}`;
  }
  return JSON.stringify(value);
}

async function tree(leaves) {
  if (leaves.length < 2) return leaves.length ? leaves[0] : sha();
  let half = 1;
  while (half * 2 < leaves.length) half *= 2;
  return sha(Uint8Array.of(1), await tree(leaves.slice(0, half)), await tree(leaves.slice(half)));
}

const byTicket = (one, other) => (one.ticket < other.ticket ? -1 : 1);

// The first 双色球 drawing (Tuesday, Thursday, Sunday, 21:15 in China) at or after a second: nobody chooses an issue.
function lotteryDay(moment) {
  const day = new Date((moment + 8 * 3600) * 1000);
  const seconds = day.getUTCHours() * 3600 + day.getUTCMinutes() * 60 + day.getUTCSeconds();
  if (seconds > 21 * 3600 + 15 * 60) day.setUTCDate(day.getUTCDate() + 1);
  // Never more than two days ahead; what is no moment at all has no day of the week, and must not be looked for for ever.
  for (let ahead = 0; ahead < 2 && ![0, 2, 4].includes(day.getUTCDay()); ahead += 1) day.setUTCDate(day.getUTCDate() + 1);
  return day.toISOString().slice(0, 10);
}

const inRange = (number, most) => Number.isInteger(number) && number >= 1 && number <= most;

function rightBeacon(told) {
  const beacon = told.beacon;
  if (beacon.kind !== (told.fallback ? "lottery" : told.beacon_kind)) return false;
  if (beacon.kind === "drand_quicknet") {
    return beacon.chain === CHAIN && beacon.round === told.round && /^[0-9a-f]{96}$/.test(beacon.signature);
  }
  if (beacon.kind !== "lottery") return beacon.kind === "commit_reveal" && beacon.reveals.length > 0;
  const day = lotteryDay(told.beacon_time + (told.fallback ? DAY : 0));
  const red = beacon.red.every((ball) => inRange(ball, 33)) && new Set(beacon.red).size === 6 && beacon.red.length === 6;
  const issue = /^[0-9]{7}$/.test(beacon.issue) && beacon.issue.startsWith(day.slice(0, 4));
  return beacon.drawn_on === day && red && inRange(beacon.blue, 16) && issue;
}

async function randomness(told) {
  const beacon = told.beacon;
  if (beacon.kind === "drand_quicknet") return sha(fromHex(beacon.signature));
  if (beacon.kind === "lottery") {
    const red = [...beacon.red].sort((one, other) => one - other);
    return sha(bytesOf("zjcs-lottery-v1\0" + canonical({ blue: beacon.blue, issue: beacon.issue, red })));
  }
  const reveals = [...beacon.reveals].sort((one, other) => (one.by < other.by ? -1 : 1));
  for (const one of reveals) {
    const given = await sha(bytesOf(`zjcs-commit-v1\0${told.draw_id}\0${one.by}\0`), fromHex(one.secret));
    if (hexOf(given) !== one.commitment) throw new Error(one.by);
  }
  return sha(bytesOf("zjcs-reveal-v1\0" + canonical(reveals.map(({ by, secret }) => ({ by, secret })))));
}

async function rankingOf(pool, seed) {
  const keys = new Map();
  for (const entry of pool) {
    const holder = entry.ticket.split("#")[0];
    const key = hexOf(await sha(seed, bytesOf(entry.ticket)));
    if (!keys.has(holder) || key < keys.get(holder)) keys.set(holder, key);
  }
  return [...keys].sort((one, other) => (one[1] < other[1] ? -1 : 1)).map(([holder]) => holder);
}

const sameTerms = (told) => told.algorithm === "draw-v1" && told.algorithm_sha256 === ALGORITHM_SHA256;

function postponed(told, step, moment) {
  const days = step.from === moment && step.to > moment && (step.to - moment) % DAY === 0;
  const late = step.reason === "frozen_late" && moment <= step.at && step.at === told.frozen_at && step.at < step.to;
  const unseen = step.reason === "witnesses_missing" && told.frozen_at <= step.at && step.at < moment;
  return days && (late || unseen);
}

function announced(told) {
  let moment = told.announced_beacon_time;
  for (const step of told.postponements) {
    if (!postponed(told, step, moment)) return false;
    moment = step.to;
  }
  const round = told.beacon_kind === "drand_quicknet" ? Math.floor((moment - GENESIS) / PERIOD) + 1 : null;
  return moment === told.beacon_time && told.round === round;
}

function inOrder(told) {
  const times = [told.announced_at, told.signup_until, told.frozen_at, told.announced_beacon_time, told.beacon_time];
  const [begins, until, frozen] = times;
  return times.every(Number.isInteger) && begins <= until && until <= frozen && frozen < told.beacon_time;
}

// The state fits the size of the pool, what was drawn, and what two persons decided.
function stateFits(told) {
  const count = new Set(told.pool.map((entry) => entry.ticket.split("#")[0])).size;
  const enough = inRange(told.least, 99) && count >= told.least;
  const voided = told.state === "void";
  const drawn = [told.seed, told.beacon, told.ranking.length, told.outcomes.length].every(Boolean);
  const lawful = (one, grounds, after) => !one || (grounds.includes(one.ground) && one.at >= after);
  const decided = lawful(told.void, VOID, told.frozen_at) && lawful(told.fallback, FALLBACK, told.beacon_time + DAY);
  if (told.fallback && told.beacon_kind === "lottery") return false;
  return (voided || told.state === "drawn") && Boolean(told.void) === voided && enough && drawn && decided;
}

function complete(told) {
  const within = new Map(told.pool.map((entry) => [entry.ticket.split("#")[0], entry.nonce]));
  const out = new Map(told.exclusions.map((one) => [one.ticket, one.nonce]));
  const held = new Map(told.receipts.map((one) => [one.ticket, one.nonce]));
  const everything = [...told.receipts, ...told.withdrawn];
  const shown = everything.map((one) => one.leaf);
  if (shown.sort().join() !== [...told.journal].sort().join()) return false;
  if (!told.exclusions.every((one) => EXCLUDED.includes(one.reason))) return false;
  const inTime = (at) => Number.isInteger(at) && told.announced_at <= at && at <= told.signup_until;
  if (!everything.every((one) => inTime(one.received_at))) return false;
  const each = ([ticket, nonce]) => held.get(ticket) === nonce && within.has(ticket) !== out.has(ticket);
  return held.size === told.receipts.length && [...held, ...within, ...out].every(each);
}

function awardsFit(told, ranking) {
  const ends = told.state === "void" ? "void draw_voided" : "active ";
  return told.outcomes.every((one, place) => {
    const last = place === told.outcomes.length - 1;
    const stands = last && `${one.state} ${one.reason}` === ends;
    const givenUp = one.state === "void" && REFUSED.includes(one.reason) && (!last || place === ranking.length - 1);
    return one.ticket === ranking[place] && (stands || givenUp);
  });
}

const isEntry = (one) => /^[0-9A-Z]{18}(#[1-9][0-9]?)?$/.test(one.ticket) && /^[0-9a-f]{32}$/.test(one.nonce);

async function replay(told, say) {
  say("terms", sameTerms(told));
  say("round", announced(told));
  say("order", inOrder(told));
  say("receipts", complete(told));
  const pool = told.pool.map(({ nonce, ticket }) => ({ nonce, ticket })).sort(byTicket);
  const leaves = await Promise.all(pool.map((entry) => sha(Uint8Array.of(0), bytesOf(canonical(entry)))));
  const root = await tree(leaves);
  const distinct = new Set(pool.map((entry) => entry.ticket)).size === pool.length;
  say("root", distinct && pool.every(isEntry) && hexOf(root) === told.pool_root);
  const number = await randomness(told).catch(() => new Uint8Array());
  say("beacon", rightBeacon(told) && hexOf(number) === told.beacon.randomness);
  const seed = await sha(bytesOf(`zjcs-draw-v1\0${told.draw_id}\0`), root, number);
  say("seed", hexOf(seed) === told.seed);
  const ranking = await rankingOf(pool, seed);
  say("ranking", ranking.join() === told.ranking.join());
  say("awards", awardsFit(told, ranking));
  say("state", stateFits(told));
  return ranking[0];
}

document.querySelectorAll("[data-replay]").forEach((box) => {
  const [button, list, verdict] = [box.querySelector("button"), box.querySelector("ol"), box.querySelector(".verdict")];
  const conclude = (text, tone) => {
    verdict.textContent = text;
    verdict.className = `verdict ${tone}`;
  };
  if (!globalThis.crypto || !crypto.subtle) {
    conclude(box.dataset.insecure, "");
    return;
  }
  button.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    list.replaceChildren();
    list.hidden = false;
    let good = true;
    const say = (name, fits) => {
      const line = document.createElement("li");
      line.className = fits ? "good" : "bad";
      line.textContent = box.dataset[`step${name[0].toUpperCase()}${name.slice(1)}`];
      list.append(line);
      good = good && Boolean(fits);
    };
    try {
      const answer = await fetch(box.dataset.replay, { headers: { Accept: "application/json" } });
      const first = await replay(await answer.json(), say);
      conclude(good ? box.dataset.good.replace("{ticket}", first) : box.dataset.bad, good ? "good" : "bad");
    } catch {
      conclude(box.dataset.failed, "bad");
    }
    button.disabled = false;
  });
});
