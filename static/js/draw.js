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

// --- replay: draw-v1 again, by Web Crypto
const GENESIS = 1692803367;
const PERIOD = 3;
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
  while (![0, 2, 4].includes(day.getUTCDay())) day.setUTCDate(day.getUTCDate() + 1);
  return day.toISOString().slice(0, 10);
}

function rightBeacon(told) {
  const beacon = told.beacon;
  if (beacon.kind === "drand_quicknet") return beacon.round === told.round;
  if (beacon.kind !== "lottery") return beacon.kind === told.beacon_kind;
  return beacon.drawn_on === lotteryDay(told.beacon_time + (told.fallback ? 86400 : 0));
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

function announced(told) {
  let moment = told.announced_beacon_time;
  for (const step of told.postponements) {
    if (step.from !== moment || step.to <= moment || (step.to - moment) % 86400) return false;
    moment = step.to;
  }
  if (moment !== told.beacon_time) return false;
  return told.beacon_kind !== "drand_quicknet" || told.round === Math.floor((moment - GENESIS) / PERIOD) + 1;
}

function complete(told) {
  const within = new Map(told.pool.map((entry) => [entry.ticket.split("#")[0], entry.nonce]));
  const out = new Map(told.exclusions.filter((one) => one.reason).map((one) => [one.ticket, one.nonce]));
  const held = new Map(told.receipts.map((one) => [one.ticket, one.nonce]));
  const all = [...held, ...within, ...out];
  const shown = [...told.receipts, ...told.withdrawn].map((one) => one.leaf);
  if (shown.sort().join() !== [...told.journal].sort().join()) return false;
  const each = ([ticket]) => {
    const nonce = within.has(ticket) ? within.get(ticket) : out.get(ticket);
    return held.get(ticket) === nonce && within.has(ticket) !== out.has(ticket);
  };
  return held.size === told.receipts.length && all.every(each);
}

function awardsFit(told, ranking) {
  return told.outcomes.every((one, place) => {
    const last = place === told.outcomes.length - 1;
    return one.ticket === ranking[place] && (last || (one.state === "void" && one.reason));
  });
}

async function replay(told, say) {
  say("round", announced(told));
  say("order", told.signup_until <= told.frozen_at && told.frozen_at < told.beacon_time);
  say("receipts", complete(told));
  const pool = told.pool.map(({ nonce, ticket }) => ({ nonce, ticket })).sort(byTicket);
  const leaves = await Promise.all(pool.map((entry) => sha(Uint8Array.of(0), bytesOf(canonical(entry)))));
  const root = await tree(leaves);
  const distinct = new Set(pool.map((entry) => entry.ticket)).size === pool.length;
  say("root", distinct && hexOf(root) === told.pool_root);
  const number = await randomness(told).catch(() => new Uint8Array());
  say("beacon", rightBeacon(told) && hexOf(number) === told.beacon.randomness);
  const seed = await sha(bytesOf(`zjcs-draw-v1\0${told.draw_id}\0`), root, number);
  say("seed", hexOf(seed) === told.seed);
  const ranking = await rankingOf(pool, seed);
  say("ranking", ranking.join() === told.ranking.join());
  say("awards", awardsFit(told, ranking));
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
