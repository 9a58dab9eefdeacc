/** What the page knows, and what a listener can ask for: by mouse, finger or key, it ends here. */
import { all, ask, asking, byId, counted, h, notice, openDialog, say } from "./dom.js";
import { Keeper } from "./keeper.js";
import { Listening } from "./listening.js";
import { placeInWords } from "./moves.js";
import { Player } from "./player.js";
import { drawPlayhead, largeSample, makerOf, soundOf } from "./sample.js";

export class Room {
  /** @type {Session} */
  session = /** @type {any} */ ({ generation: -1, told: "", rule: "", columns: [], candidates: [] });
  /** @type {Keeper | null} */
  keeper = null;
  listening = new Listening();
  /** Whether a ballot that was cast is to be changed. */
  isReopened = false;
  /** Shows what the server says next; set by whoever follows the run.
   * @type {(state: State) => unknown} */
  follow = () => undefined;
  chosen = "";
  sample = 1;
  /** @type {View | null} */
  view = null;
  /** Draws what is open beside the view, such as a dialog. */
  showBeside = () => {};
  #isDrawing = false;
  #moved = "";

  /** @param {State} state */
  constructor(state) {
    this.state = state;
    this.player = new Player((now, plays, seconds) => {
      if (this.candidate(now.name)) this.listening.add(now.name, now.sample.index, plays, seconds);
      drawPlayhead(now, this.player.position);
    }, () => this.changed());
    byId("tour").addEventListener("click", () => this.command("tour"));
  }

  /** Draws what changed, at the next frame. */
  changed() {
    if (this.#isDrawing) return;
    this.#isDrawing = true;
    requestAnimationFrame(() => {
      this.#isDrawing = false;
      this.view?.update();
      this.showBeside();
      this.#showKept();
      const { now, isTouring, position } = this.player;
      const isOpen = ["ranking", "evaluating"].includes(this.state.stage) && this.session.generation === this.state.generation;
      byId("player").hidden = !now && !(isOpen && this.isHeard);
      byId("now").textContent = now ? `${now.name} · ${this.state.words.sample} ${now.sample.index}` : "";
      byId("tour").setAttribute("aria-pressed", String(isTouring));
      drawPlayhead(now, position);
    });
  }

  #showKept() {
    const { keeper } = this;
    const isShown = keeper && this.state.stage === "ranking" && (keeper.draft.is_begun || !keeper.isAllKept);
    const told = keeper?.isLost ? `${counted(keeper.left, "move")} not kept yet. Trying again …` : keeper?.isAllKept ? "✓ all kept" : "keeping …";
    if (byId("kept").textContent !== (isShown ? told : "")) byId("kept").textContent = isShown ? told : "";
    byId("kept").classList.toggle("lost", Boolean(keeper?.isLost));
  }

  /** A generation to judge, or the same one again as the server has it.
   * @param {Session} session */
  begin(session) {
    if (this.keeper && this.session.generation === session.generation) {
      this.session = session;
      return this.keeper.renew(session.ballot);
    }
    this.session = session;
    this.keeper = new Keeper(session.ballot, () => this.#kept());
    [this.chosen, this.sample, this.isReopened] = ["", 1, false];
    this.listening.begin(session.generation, session.ballot.heard);
    this.player.clear();
    return this.changed();
  }

  /** Whether there is something to hear. */
  get isHeard() { return this.session.candidates.some(({ samples }) => samples.some(soundOf)); }

  /** @returns {Draft} */
  get draft() {
    if (!this.keeper) throw new Error("nothing can be judged yet");
    return this.keeper.draft;
  }

  /** @param {string} letter */
  candidate(letter) { return this.session.candidates.find((each) => each.letter === letter); }

  /** Whether it can be ranked and loved now: ancestors were, and others may still be made.
   * @param {string} letter */
  canRank(letter) { return this.state.stage === "ranking" && this.candidate(letter) !== undefined; }

  /** @param {string} letter @param {number} sample */
  loves(letter, sample) { return this.draft.favourites.some(([loved, index]) => loved === letter && index === sample); }

  /** @param {Step} step */
  take(step) {
    this.#moved = "letter" in step && step.do !== "heart" && step.do !== "comment" ? step.letter : "";
    this.keeper?.take(step);
    if (step.do === "heart") say(`${step.letter} ${step.sample} is ${this.loves(step.letter, step.sample) ? "loved" : "no longer loved"}`);
  }

  /** After a move was kept: what came of it. */
  #kept() {
    if (this.#moved && this.keeper?.isAllKept) {
      say(`${this.#moved} is now ${placeInWords(this.draft, this.#moved)}`);
      this.#moved = "";
    }
    this.changed();
  }

  /** @param {string} letter @param {number} [sample] */
  choose(letter, sample = this.sample) {
    const wanted = Math.min(Math.max(1, sample), Math.max(1, ...(this.candidate(letter)?.samples || []).map(({ index }) => index)));
    if (letter === this.chosen && wanted === this.sample) return;
    [this.chosen, this.sample] = [letter, wanted];
    this.changed();
  }

  /** Plays a sample, or shows it over the page, as large as there is room.
   * @param {Maker} maker @param {Sample} sample @param {number} [from] in seconds */
  open(maker, sample, from) {
    const sound = soundOf(sample);
    const isCandidate = Boolean(this.candidate(maker.name));
    if (isCandidate) this.choose(maker.name, sample.index);
    if (sound) this.player.play({ name: maker.name, sample, url: sound.url }, from);
    else if (!document.querySelector("dialog")) {
      openDialog(`${maker.name}, ${this.state.words.sample} ${sample.index}`, h("p", { class: "faint" }, sample.line), largeSample(this, maker, sample));
      if (isCandidate) this.listening.add(maker.name, sample.index, 1, 0);
    }
    this.changed();
  }

  /** Without being meant to open it, a number chooses what is not heard.
   * @param {number} index @param {boolean} [isMeant] */
  openNumber(index, isMeant = false) {
    const candidate = this.candidate(this.chosen);
    const sample = candidate?.samples.find((each) => each.index === index);
    if (candidate && sample && (isMeant || soundOf(sample))) this.open(makerOf(candidate), sample);
    else if (sample) this.choose(this.chosen, index);
  }

  /** @param {Command} command */
  command(command) {
    if (!this.keeper || this.view?.command?.(command)) return;
    const act = this.#acts[command];
    if (act) act();
    else if (this.chosen) this.#move(/** @type {Move} */ (command));
  }

  /** @param {Move} move */
  #move(move) {
    const isBack = move === "reject" && this.draft.rejected.includes(this.chosen);
    this.take({ do: isBack ? "unreject" : move, letter: this.chosen });
  }

  /** @param {number} by */
  #look(by) {
    const rows = this.view?.rows?.() || [];
    const at = rows.indexOf(this.chosen) + by;
    if (rows.length) this.choose(rows[Math.min(Math.max(at, 0), rows.length - 1)]);
    all(document, `[data-letter="${this.chosen}"] .letter`)[0]?.focus();
  }

  /** @type {Partial<Record<Command, () => void>>} */
  #acts = {
    previous: () => this.#look(-1),
    next: () => this.#look(1),
    first: () => this.#look(-Infinity),
    last: () => this.#look(Infinity),
    previousSample: () => this.choose(this.chosen, this.sample - 1),
    nextSample: () => this.choose(this.chosen, this.sample + 1),
    play: () => this.openNumber(this.sample, true),
    heart: () => this.take({ do: "heart", letter: this.chosen, sample: this.sample }),
    more: asking(() => this.#more()),
    comment: () => { this.view?.update(); all(document, ".comment textarea")[0]?.focus(); },
    back: () => this.player.seek(this.player.position - 5),
    on: () => this.player.seek(this.player.position + 5),
    passage: () => this.player.mark(),
    tour: () => this.player.tour(this.#stops()),
    undo: () => this.#again("undo"),
    redo: () => this.#again("redo"),
  };

  async #more() {
    const candidate = /** @type {Candidate} */ (await ask("/api/more", { letter: this.chosen }));
    this.session.candidates = this.session.candidates.map((each) => (each.letter === candidate.letter ? candidate : each));
    this.choose(candidate.letter, Infinity);
  }

  /** @param {"undo" | "redo"} way */
  #again(way) {
    const isThere = way === "undo" ? this.draft.can_undo : this.draft.can_redo;
    if (!isThere && this.keeper?.isAllKept) return notice(`There is nothing to ${way}.`);
    this.take({ do: way });
    return say(way === "undo" ? "Undone." : "Done again.");
  }

  /** The chosen sample of each, in the order that is shown. */
  #stops() {
    return (this.view?.rows?.() || []).flatMap((letter) => {
      const samples = this.candidate(letter)?.samples || [];
      const sample = samples.find(({ index }) => index === this.sample) || samples[0];
      const sound = sample && soundOf(sample);
      return sound ? [{ name: letter, sample, url: sound.url }] : [];
    });
  }
}
