/** Counts what was heard or looked at, and how long, and tells the server every few seconds. */
import { Refused, ask } from "./dom.js";

const TELL_EVERY_MS = 10_000;
const IDLE_AFTER_MS = 60_000;

export class Listening {
  /** @type {Map<string, Heard>} by letter and number */
  #heard = new Map();
  /** @type {Map<string, Heard>} of it, what the server was not told yet */
  #untold = new Map();
  #active_s = 0;
  #generation = -1;
  #acted = performance.now();

  constructor() {
    for (const name of ["pointermove", "pointerdown", "keydown"]) {
      document.addEventListener(name, () => { this.#acted = performance.now(); }, { passive: true });
    }
    setInterval(() => this.tell(), TELL_EVERY_MS);
    document.addEventListener("visibilitychange", () => document.hidden && this.tell());
  }

  /** Begins a generation, with what was heard of it before.
   * @param {number} generation @param {Draft["heard"]} before */
  begin(generation, before) {
    const heard = Object.entries(before).flatMap(([letter, each]) => Object.entries(each).map(([sample, counts]) => ({ key: `${letter} ${sample}`, counts })));
    this.#heard = new Map(heard.map(({ key, counts }) => [key, counts]));
    [this.#generation, this.#untold, this.#active_s] = [generation, new Map(), 0];
  }

  /** @param {string} letter @param {number} sample @param {number} plays @param {number} seconds */
  add(letter, sample, plays, seconds) {
    for (const counts of [this.#heard, this.#untold]) count(counts, `${letter} ${sample}`, { plays, seconds });
    if (seconds) this.#acted = performance.now();
  }

  /** A second went by; it counts while somebody is here. */
  second() { if (!document.hidden && performance.now() - this.#acted < IDLE_AFTER_MS) this.#active_s += 1; }

  /** @param {string} letter @param {number} sample @returns {Heard} */
  of(letter, sample) { return this.#heard.get(`${letter} ${sample}`) || { plays: 0, seconds: 0 }; }

  /** What the server does not take is told again the next time, if it is of the same generation and not refused for good. */
  async tell() {
    const [generation, untold, active_s] = [this.#generation, this.#untold, this.#active_s];
    if (!untold.size && !active_s) return;
    [this.#untold, this.#active_s] = [new Map(), 0];
    const plays = [...untold].map(([key, heard]) => ({ letter: key.split(" ")[0], sample: Number(key.split(" ")[1]), ...heard }));
    try {
      await ask("/api/heard", { generation, plays, active_s });
    } catch (error) {
      if (generation !== this.#generation || (error instanceof Refused && error.isFinal)) return;
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
