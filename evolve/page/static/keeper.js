/** Keeps every move: shown at once, sent one by one, told as kept only after the server said so. */
import { Refused, ask, notice } from "./dom.js";
import { applied, isSameBallot } from "./moves.js";

const RETRY_MS = [500, 1000, 2000, 4000];

/** @typedef {"kept" | "keeping" | "lost"} KeptState `lost`: the server does not answer, and is tried again. */

export class Keeper {
  /** @type {Step[]} */
  #pending = [];
  #isSending = false;
  #failures = 0;

  /** @param {Draft} kept @param {() => void} changed Called after anything changed. */
  constructor(kept, changed) {
    this.kept = kept;
    this.changed = changed;
    /** @type {KeptState} */
    this.state = "kept";
  }

  /** The ballot as the listener sees it: what is kept, and what is on its way.
   * @returns {Draft} */
  get draft() {
    return this.#pending.reduce(applied, this.kept);
  }

  get isAllKept() {
    return !this.#pending.length;
  }

  /** @param {Step} step */
  take(step) {
    notice("");
    this.#pending.push(step);
    this.#become(this.#failures ? "lost" : "keeping");
    this.#send();
  }

  /** Another window, or the terminal, may have gone on.
   * @param {Draft} draft */
  renew(draft) {
    if (!this.isAllKept || draft.version === this.kept.version) return;
    this.kept = draft;
    this.changed();
  }

  /** Tries again now, without waiting. */
  retry() {
    if (!this.isAllKept) this.#send();
  }

  /** @param {KeptState} state */
  #become(state) {
    this.state = state;
    this.changed();
  }

  async #send() {
    if (this.#isSending || this.isAllKept) return;
    this.#isSending = true;
    const step = this.#pending[0];
    try {
      this.kept = await ask("/api/step", { version: this.kept.version, step });
      this.#pending.shift();
      this.#failures = 0;
    } catch (error) {
      if (error instanceof Refused && error.status < 500) this.#refused(error, step);
      else this.#failures += 1;
    }
    this.#isSending = false;
    this.#become(this.isAllKept ? "kept" : this.#failures ? "lost" : "keeping");
    if (!this.#failures) this.#send();
    else setTimeout(() => this.#send(), RETRY_MS[Math.min(this.#failures, RETRY_MS.length) - 1]);
  }

  /** The newer ballot counts.
   * @param {Refused} error @param {Step} step */
  #refused(error, step) {
    const newer = /** @type {Draft | undefined} */ (error.answer && error.answer.ballot);
    const lost = this.#pending.length;
    const wasTaken = newer !== undefined && this.#failures > 0 && isSameBallot(applied(this.kept, step), newer);
    this.#pending = wasTaken ? this.#pending.slice(1) : [];
    this.#failures = 0;
    if (newer) this.kept = newer;
    if (wasTaken) return;
    const last = lost === 1 ? "Your last move may" : `Your last ${lost} moves may`;
    notice(newer ? `This ballot was gone on with elsewhere; here is how it stands. ${last} be missing.` : `Not done: ${error.message}`);
  }
}
