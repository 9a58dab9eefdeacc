/** Counts what was heard or looked at, and how long, and tells the server every few seconds. */
import { ask } from "./dom.js";

const TELL_EVERY_MS = 10_000;
const IDLE_AFTER_MS = 60_000;

export class Listening {
  /** @type {Map<string, Heard>} since the session was opened */
  #heard = new Map();
  /** @type {Map<string, Heard>} of it, what the server was not told yet */
  #untold = new Map();
  /** @type {Draft["heard"]} */
  #before = {};
  #active_s = 0;
  #acted = performance.now();

  constructor() {
    for (const name of ["pointermove", "pointerdown", "keydown"]) {
      document.addEventListener(name, () => { this.#acted = performance.now(); }, { passive: true });
    }
    setInterval(() => this.tell(), TELL_EVERY_MS);
    document.addEventListener("visibilitychange", () => document.hidden && this.tell());
  }

  /** Begins with what was heard in earlier sittings.
   * @param {Draft["heard"]} before */
  begin(before) {
    this.#before = before;
    this.#heard = new Map(this.#untold);
  }

  /** @param {string} letter @param {number} sample @param {number} plays @param {number} seconds */
  add(letter, sample, plays, seconds) {
    for (const counts of [this.#heard, this.#untold]) count(counts, `${letter} ${sample}`, { plays, seconds });
    if (seconds) this.#acted = performance.now();
  }

  /** A second went by; it counts while somebody is here. */
  second() {
    if (!document.hidden && performance.now() - this.#acted < IDLE_AFTER_MS) this.#active_s += 1;
  }

  /** @param {string} letter @param {number} sample @returns {Heard} */
  of(letter, sample) {
    const before = (this.#before[letter] || {})[sample] || { plays: 0, seconds: 0 };
    const since = this.#heard.get(`${letter} ${sample}`) || { plays: 0, seconds: 0 };
    return { plays: before.plays + since.plays, seconds: before.seconds + since.seconds };
  }

  /** What the server does not take is told again the next time. */
  async tell() {
    const [untold, active_s] = [this.#untold, this.#active_s];
    if (!untold.size && !active_s) return;
    [this.#untold, this.#active_s] = [new Map(), 0];
    const plays = [...untold].map(([key, heard]) => ({ letter: key.split(" ")[0], sample: Number(key.split(" ")[1]), ...heard }));
    try {
      await ask("/api/heard", { plays, active_s });
    } catch {
      this.#active_s += active_s;
      for (const [key, heard] of untold) count(this.#untold, key, heard);
    }
  }
}

/** @param {Map<string, Heard>} counts @param {string} key @param {Heard} more */
function count(counts, key, { plays, seconds }) {
  const known = counts.get(key) || { plays: 0, seconds: 0 };
  counts.set(key, { plays: known.plays + plays, seconds: known.seconds + seconds });
}
