/** What the page knows, and what a listener can ask for: by mouse, finger or key, it ends here. */
import { ask, asking, byId, notice, say } from "./dom.js";
import { Keeper } from "./keeper.js";
import { Listening } from "./listening.js";
import { orderInWords, placeInWords } from "./moves.js";
import { Player } from "./player.js";
import { drawPlayhead, soundOf } from "./sample.js";

/**
 * @typedef {Move | "previous" | "next" | "first" | "last" | "previousSample" | "nextSample" | "play" | "heart" | "more" | "note" | "seek" | "passage"
 *   | "tour" | "undo" | "redo" | "done" | "help"} Command
 * @typedef {{element: HTMLElement, update: () => unknown, rows?: () => string[], command?: (command: Command) => boolean}} View
 */

export class Room {
  /** @type {Session} */
  session = /** @type {any} */ ({ generation: -1, told: "", rule: "", columns: [], candidates: [] });
  /** @type {Keeper | null} */
  keeper = null;
  chosen = "";
  sample = 1;
  /** @type {View | null} */
  view = null;
  #isDrawing = false;
  #moved = "";

  /** @param {State} state */
  constructor(state) {
    this.state = state;
    this.listening = new Listening();
    const heard = (/** @type {string} */ letter, /** @type {number} */ sample, /** @type {number} */ plays, /** @type {number} */ seconds) => {
      if (this.candidate(letter)) this.listening.add(letter, sample, plays, seconds);
      drawPlayhead(this, document);
    };
    this.player = new Player({ heard, changed: () => this.changed() });
    byId("tour").addEventListener("click", () => this.command("tour"));
  }

  /** Draws what changed, at the next frame. */
  changed() {
    if (this.#isDrawing) return;
    this.#isDrawing = true;
    requestAnimationFrame(() => {
      this.#isDrawing = false;
      if (this.view) this.view.update();
      this.#showKept();
      byId("player").hidden = !this.state.words.is_heard || !this.session.candidates.length && !this.player.now;
      byId("now").textContent = this.player.now ? `${this.player.now.letter} · ${this.state.words.sample} ${this.player.now.sample.index}` : "";
      byId("tour").setAttribute("aria-pressed", String(this.player.isTouring));
      drawPlayhead(this, document);
    });
  }

  #showKept() {
    const { keeper } = this;
    const told = { kept: "✓ all kept", keeping: "keeping …", lost: "Not kept: the server does not answer. Trying again …" };
    const text = keeper && this.state.stage === "ranking" && (keeper.draft.is_begun || keeper.state !== "kept") ? told[keeper.state] : "";
    if (byId("kept").textContent !== text) byId("kept").textContent = text;
    byId("kept").classList.toggle("lost", Boolean(keeper) && keeper?.state === "lost");
  }

  /** @param {Session} session */
  begin(session) {
    const isNew = this.session.generation !== session.generation || !this.keeper;
    this.session = session;
    if (isNew) {
      this.keeper = new Keeper(session.ballot, () => this.#kept());
      [this.chosen, this.sample] = ["", 1];
    } else this.keeper?.renew(session.ballot);
    this.listening.begin(session.ballot.heard);
    this.changed();
  }

  /** @returns {Draft} */
  get draft() {
    if (!this.keeper) throw new Error("nothing is ranked yet");
    return this.keeper.draft;
  }

  /** @param {string} letter */
  candidate(letter) {
    return this.session.candidates.find((each) => each.letter === letter);
  }

  /** @param {string} letter @param {number} sample */
  loves(letter, sample) {
    return this.draft.favourites.some(([loved, index]) => loved === letter && index === sample);
  }

  /** @param {Step} step */
  take(step) {
    this.#moved = "letter" in step && step.do !== "heart" && step.do !== "comment" ? step.letter : "";
    this.keeper?.take(step);
    if (step.do === "heart") say(`${step.letter}, ${this.state.words.sample} ${step.sample}: ${this.loves(step.letter, step.sample) ? "loved" : "no longer loved"}`);
  }

  /** After a move: what came of it. */
  #kept() {
    if (this.#moved && this.keeper?.isAllKept) {
      say(`${this.#moved} is now ${placeInWords(this.draft, this.#moved)}`);
      this.#moved = "";
    }
    this.changed();
  }

  /** @param {string} letter @param {number} [sample] */
  choose(letter, sample = this.sample) {
    const most = Math.max(1, ...(this.candidate(letter)?.samples || []).map(({ index }) => index));
    const wanted = Math.min(Math.max(1, sample), most);
    if (letter === this.chosen && wanted === this.sample) return;
    [this.chosen, this.sample] = [letter, wanted];
    this.changed();
  }

  /** Plays a sample, or shows it large.
   * @param {Maker} maker @param {Sample} sample */
  open(maker, sample) {
    const sound = soundOf(sample);
    if (this.candidate(maker.letter)) this.choose(maker.letter, sample.index);
    if (sound) this.player.play({ letter: maker.letter, sample, url: sound.url });
    else this.listening.add(maker.letter, sample.index, 1, 0);
    this.changed();
  }

  /** @param {Maker} maker @param {Sample} sample @param {number} seconds */
  playFrom(maker, sample, seconds) {
    const sound = soundOf(sample);
    if (this.candidate(maker.letter)) this.choose(maker.letter, sample.index);
    if (sound) this.player.play({ letter: maker.letter, sample, url: sound.url }, seconds);
  }

  /** @param {Sample} sample */
  prime(sample) {
    const sound = soundOf(sample);
    if (sound) this.player.prime(sound.url);
  }

  /** A candidate with one more sample.
   * @param {Candidate} candidate */
  renew(candidate) {
    this.session.candidates = this.session.candidates.map((each) => (each.letter === candidate.letter ? candidate : each));
    this.choose(candidate.letter, candidate.samples.length);
    this.changed();
  }

  /** @param {Command} command */
  command(command) {
    if (this.view?.command?.(command)) return;
    const act = this.#acts[command];
    if (act) act();
    else if (this.chosen) this.#move(/** @type {Move} */ (command));
  }

  /** @param {Move} move */
  #move(move) {
    const { rejected, tiers } = this.draft;
    const tier = tiers.find((each) => each.includes(this.chosen)) || [this.chosen];
    const isRejected = rejected.includes(this.chosen);
    if (move === "reject") this.take({ do: isRejected ? "unreject" : "reject", letter: this.chosen });
    else if (move === "tie") this.take({ do: tier[0] === this.chosen ? "tie" : "untie", letter: this.chosen });
    else this.take({ do: move, letter: this.chosen });
  }

  /** @param {number} by */
  #look(by) {
    const rows = this.view?.rows?.() || this.session.candidates.map(({ letter }) => letter);
    const at = rows.indexOf(this.chosen);
    this.choose(rows[Math.min(Math.max(at < 0 ? 0 : at + by, 0), rows.length - 1)]);
    requestAnimationFrame(() => /** @type {HTMLElement | null} */ (document.querySelector(`[data-letter="${this.chosen}"] .letter`))?.focus());
  }

  /** @param {number} index */
  openNumber(index) {
    const candidate = this.candidate(this.chosen);
    const sample = candidate?.samples.find((each) => each.index === index);
    if (candidate && sample) this.open(candidate, sample);
  }

  /** @type {Partial<Record<Command, () => void>>} */
  #acts = {
    previous: () => this.#look(-1),
    next: () => this.#look(1),
    first: () => this.#look(-Infinity),
    last: () => this.#look(Infinity),
    previousSample: () => this.choose(this.chosen, this.sample - 1),
    nextSample: () => this.choose(this.chosen, this.sample + 1),
    play: () => this.openNumber(this.sample),
    heart: () => this.chosen && this.take({ do: "heart", letter: this.chosen, sample: this.sample }),
    more: asking(async () => this.chosen && this.renew(await ask("/api/more", { letter: this.chosen }))),
    note: () => /** @type {HTMLElement | null} */ (document.querySelector(".note textarea"))?.focus(),
    passage: () => this.player.mark(),
    tour: () => this.#tour(),
    undo: () => this.#again("undo"),
    redo: () => this.#again("redo"),
  };

  /** @param {"undo" | "redo"} way */
  #again(way) {
    if (!(way === "undo" ? this.draft.can_undo : this.draft.can_redo) && this.keeper?.isAllKept) return notice(`Nothing to ${way}.`);
    this.take({ do: way });
    return say(way === "undo" ? "Undone." : "Done again.");
  }

  #tour() {
    const rows = this.view?.rows?.() || [];
    const stops = rows.flatMap((letter) => {
      const sample = this.candidate(letter)?.samples.find(({ index }) => index === this.sample) || this.candidate(letter)?.samples[0];
      const sound = sample && soundOf(sample);
      return sample && sound ? [{ letter, sample, url: sound.url }] : [];
    });
    this.player.tour(stops);
  }

  /** The ballot as one would say it. */
  get inWords() {
    const loved = this.draft.favourites.length ? ` You love ${this.draft.favourites.map(([letter, sample]) => `${letter} ${sample}`).join(", ")}.` : "";
    return orderInWords(this.draft) + loved;
  }
}
