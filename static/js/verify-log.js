// Verifies one entry of the public log: leaf hash, path to the signed head, signature, and that the log only grew
// since this browser looked last. Sources: RFC 9162 section 2.1, C2SP tlog-tiles and tlog-checkpoint.
"use strict";

const WIDTH = 256;

async function sha256(...parts) {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return new Uint8Array(await crypto.subtle.digest("SHA-256", all));
}

const leafHash = (data) => sha256(Uint8Array.of(0), data);
const nodeHash = (left, right) => sha256(Uint8Array.of(1), left, right);
const same = (one, other) => one.length === other.length && one.every((byte, at) => byte === other[at]);
const bytes = (base64) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));

// A tile's number as its path says it: 1234067 is x001/x234/067.
function written(number, width) {
  const parts = [String(number % 1000).padStart(3, "0")];
  for (let rest = Math.floor(number / 1000); rest; rest = Math.floor(rest / 1000)) {
    parts.unshift("x" + String(rest % 1000).padStart(3, "0"));
  }
  return parts.join("/") + (width < WIDTH ? `.p/${width}` : "");
}

class PublishedLog {
  constructor(address, size) {
    this.address = address;
    this.size = size;
    this.kept = new Map();
  }

  async file(name) {
    if (!this.kept.has(name)) {
      const answer = await fetch(`${this.address}/${name}`);
      if (!answer.ok) throw new TypeError(name);
      this.kept.set(name, new Uint8Array(await answer.arrayBuffer()));
    }
    return this.kept.get(name);
  }

  // The bytes of a leaf in its published bundle.
  async leaf(index) {
    const number = Math.floor(index / WIDTH);
    const data = await this.file(`tile/entries/${written(number, Math.min(WIDTH, this.size - number * WIDTH))}`);
    let at = 0;
    for (let skip = index % WIDTH; skip; skip -= 1) at += 2 + data[at] * 256 + data[at + 1];
    return data.slice(at + 2, at + 2 + data[at] * 256 + data[at + 1]);
  }

  // The hash of the perfect subtree of 2^level leaves that is the index-th of its height.
  async node(level, index) {
    const height = Math.floor(level / 8);
    const count = 2 ** (level % 8);
    const first = index * count;
    const number = Math.floor(first / WIDTH);
    const width = Math.min(WIDTH, Math.floor(this.size / WIDTH ** height) - number * WIDTH);
    const tile = await this.file(`tile/${height}/${written(number, width)}`);
    let hashes = [];
    for (let at = 0; at < count; at += 1) {
      const begins = (first - number * WIDTH + at) * 32;
      hashes.push(tile.slice(begins, begins + 32));
    }
    while (hashes.length > 1) {
      const above = [];
      for (let at = 0; at < hashes.length; at += 2) above.push(await nodeHash(hashes[at], hashes[at + 1]));
      hashes = above;
    }
    return hashes[0];
  }

  // The root over the leaves from low to before high, where low begins a perfect subtree.
  async span(low, high) {
    const split = half(high - low);
    if (split * 2 === high - low || high - low === 1) {
      const level = Math.round(Math.log2(high - low));
      return this.node(level, low / 2 ** level);
    }
    return nodeHash(await this.span(low, low + split), await this.span(low + split, high));
  }

  // The root that the leaf's hash leads to, from its sibling up.
  async climb(hash, index) {
    const steps = [];
    let low = 0;
    let high = this.size;
    while (high - low > 1) {
      const middle = low + half(high - low);
      if (index < middle) {
        steps.push([middle, high, true]);
        high = middle;
      } else {
        steps.push([low, middle, false]);
        low = middle;
      }
    }
    let found = hash;
    for (const [from, to, right] of steps.reverse()) {
      const beside = await this.span(from, to);
      found = right ? await nodeHash(found, beside) : await nodeHash(beside, found);
    }
    return found;
  }
}

// The largest power of two that is smaller than the width.
function half(width) {
  let power = 1;
  while (power * 2 < width) power *= 2;
  return power;
}

// "right", "wrong", or "unchecked" where the browser knows no Ed25519.
async function signature(note, key) {
  const [name, hash, data] = key.split("+", 2).concat(key.split("+").slice(2).join("+"));
  const text = note.slice(0, note.lastIndexOf("\n\n") + 1);
  const lines = note.slice(note.lastIndexOf("\n\n") + 2).split("\n");
  const stated = lines.filter((line) => line.startsWith(`— ${name} `)).map((line) => bytes(line.split(" ")[2]));
  const ours = stated.filter((one) => [...one.slice(0, 4)].map((b) => b.toString(16).padStart(2, "0")).join("") === hash);
  if (!ours.length || !text.startsWith(`${name}\n`)) return "wrong";
  let known;
  try {
    known = await crypto.subtle.importKey("raw", bytes(data).slice(1), "Ed25519", false, ["verify"]);
  } catch {
    return "unchecked";
  }
  for (const one of ours) {
    if (await crypto.subtle.verify("Ed25519", known, one.slice(4), new TextEncoder().encode(text))) return "right";
  }
  return "wrong";
}

// The log still begins with the head that this browser has seen before.
async function past(log, head) {
  const kept = JSON.parse(localStorage.getItem("log-head") || "null");
  if (!kept || kept.origin !== head.origin) return "unchecked";
  if (kept.size > log.size) return "wrong";
  return same(await log.span(0, kept.size), bytes(kept.root)) ? "right" : "wrong";
}

async function verify(place) {
  const { log: address, seq, key } = place.dataset;
  const answer = await fetch(`${address}/checkpoint`, { cache: "no-store" });
  if (!answer.ok) throw new TypeError("checkpoint");
  const note = await answer.text();
  const [origin, size, root] = note.split("\n");
  const log = new PublishedLog(address, Number(size));
  const leaf = await log.leaf(Number(seq));
  const shown = document.querySelector("[data-leaf]").textContent;
  const found = {
    leaf: new TextDecoder().decode(leaf) === shown ? "right" : "wrong",
    path: same(await log.climb(await leafHash(leaf), Number(seq)), bytes(root)) ? "right" : "wrong",
    head: await signature(note, key),
    past: await past(log, { origin }),
  };
  if (!Object.values(found).includes("wrong")) {
    localStorage.setItem("log-head", JSON.stringify({ origin, size: log.size, root }));
  }
  return found;
}

document.querySelectorAll("[data-verify-log]").forEach((place) => {
  const button = place.querySelector("button");
  const said = place.querySelector("[data-said]");
  const checks = place.querySelector(".checks");
  if (!window.isSecureContext || !crypto.subtle) {
    place.querySelector("[data-insecure]").hidden = false;
    return;
  }
  button.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      const found = await verify(place);
      Object.entries(found).forEach(([name, state]) => {
        const line = checks.querySelector(`[data-check="${name}"]`);
        line.dataset.state = state;
        // Nothing to say about the past on a first visit.
        line.hidden = name === "past" && state === "unchecked";
      });
      checks.hidden = false;
      const states = Object.values(found);
      const words = states.includes("wrong") ? "wrong" : found.head === "right" ? "right" : "partly";
      said.textContent = said.dataset[words];
      said.dataset.state = words;
    } catch {
      said.textContent = said.dataset.offline;
      said.dataset.state = "offline";
    } finally {
      button.disabled = false;
    }
  });
});
