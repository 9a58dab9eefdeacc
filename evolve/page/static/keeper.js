/** Keeps every move: shown at once, sent one by one, told as kept only after the server said so. */
import { Refused, ask, notice } from "./dom.js";
import { applied, isSameBallot } from "./moves.js";

const RETRY_MS = [500, 1000, 2000, 4000];

export class Keeper {
  /** @type {Step[]} */
  #pending = [];
  #isSending = false;
  #failures = 0;

  /** @param {Draft} kept @param {() => void} changed Called after anything changed. */
  constructor(kept, changed) {
    this.kept = kept;
    this.changed = changed;
  }

  /** The ballot as the listener sees it: what is kept, and what is on its way.
   * @returns {Draft} */
  get draft() { return this.#pending.reduce(applied, this.kept); }

  get isAllKept() { return !this.#pending.length; }

  /** How many moves are not kept yet. */
  get left() { return this.#pending.length; }

  /** Whether the server does not take what it is sent; it is tried again. */
  get isLost() { return this.#failures > 0; }

  /** @param {Step} step */
  take(step) {
    notice("");
    this.#pending.push(step);
    this.changed();
    this.send();
  }

  /** Another window, or the terminal, may have gone on.
   * @param {Draft} draft */
  renew(draft) {
    if (this.isAllKept) this.kept = draft;
    this.changed();
  }

  /** Sends what is not kept yet, now. */
  async send() {
    if (this.#isSending || this.isAllKept) return;
    this.#isSending = true;
    const step = this.#pending[0];
    try {
      this.kept = await ask("/api/step", { version: this.kept.version, step });
      this.#pending.shift();
      if (this.#failures) notice("");
      this.#failures = 0;
    } catch (error) {
      if (error instanceof Refused && error.isFinal) this.#refused(error, step);
      else this.#failures += 1;
      if (error instanceof Refused && !error.isFinal && !error.isStranger) notice(`Not kept yet: ${error.message}`);
    }
    this.#isSending = false;
    this.changed();
    setTimeout(() => this.send(), this.#failures ? RETRY_MS[Math.min(this.#failures, RETRY_MS.length) - 1] : 0);
  }

  /** A newer ballot counts, and a step whose answer was lost may be in it already; without one the step alone is dropped.
   * @param {Refused} error @param {Step} step */
  #refused(error, step) {
    const newer = /** @type {Draft | undefined} */ (error.answer?.ballot);
    const wasTaken = newer && this.#failures > 0 && isSameBallot(applied(this.kept, step), newer);
    const lost = this.#pending.length === 1 ? "Your last move" : `Your last ${this.#pending.length} moves`;
    this.#pending = newer && !wasTaken ? [] : this.#pending.slice(1);
    this.#failures = 0;
    this.kept = newer || this.kept;
    if (wasTaken) return;
    notice(newer ? `This ballot was gone on with elsewhere; here is how it stands. ${lost} may be missing.` : `Not done: ${error.message}`);
  }
}
