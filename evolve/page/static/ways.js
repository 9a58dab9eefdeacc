/** Other ways to rank than the list: two at a time, and only the best three. */
import { all, counted, h, notice, say } from "./dom.js";
import { cardOf, letterOf, samplesOf, updateCard } from "./candidate.js";
import { makerOf, markSamples } from "./sample.js";

const PICKS = ["best", "second", "third"];
/** @type {Command[]} */
const MOVES = ["up", "down", "top", "bottom", "tie", "reject"];

/** Merge insertion asks which of two is better.
 * @implements {View} */
export class Pairs {
  element = h("div", { class: "pairs" });
  #shown = "";
  #hasAnswered = false;

  /** @param {Room} room @param {() => void} toList */
  constructor(room, toList) {
    this.room = room;
    this.toList = toList;
  }

  /** What is asked, or that nothing is. */
  #key() { return this.rows().map((letter) => `${letter} ${this.room.candidate(letter)?.samples.length}`).join() || "settled"; }

  rows() { const { question } = this.room.draft; return question ? [question.a, question.b] : []; }

  update() {
    const { question } = this.room.draft;
    const key = this.#key();
    if (!question && this.#hasAnswered && this.room.keeper?.isAllKept) return this.#settle();
    if (key !== this.#shown) this.element.replaceChildren(...(question ? this.#asked(question) : this.#settled()));
    if (key !== this.#shown && question) this.room.choose(question.a);
    this.#shown = key;
    for (const side of all(this.element, ".side")) {
      const candidate = this.room.candidate(side.dataset.letter || "");
      if (candidate) markSamples(this.room, makerOf(candidate), side);
      side.classList.toggle("chosen", candidate?.letter === this.room.chosen);
    }
    return undefined;
  }

  /** @param {NonNullable<Draft["question"]>} question */
  #asked({ a, b, left }) {
    const side = (/** @type {string} */ letter) => {
      const better = h("button", { class: "main", onclick: () => this.#answer(letter) }, `${letter} is better`);
      const samples = samplesOf(this.room, { name: letter, samples: this.room.candidate(letter)?.samples || [] });
      return h("article", { class: "side", "data-letter": letter }, h("header", {}, letterOf(this.room, letter), better), samples);
    };
    return [h("div", { class: "asked" }, h("h3", {}, "Which do you like better?"), h("button", { onclick: () => this.#answer(null) }, "Equally good"),
      h("span", { class: "faint" }, `at most ${counted(left, "question")} to go`)), h("div", { class: "two" }, side(a), side(b))];
  }

  #settled() { return [h("p", {}, "Your answers have settled an order."), h("button", { class: "main", onclick: () => this.#settle() }, "Take that order")]; }

  #settle() {
    this.#hasAnswered = false;
    this.room.take({ do: "settle" });
    notice("This is the order of your answers. Change what you like, then press Done.");
    this.toList();
  }

  /** Answers what is shown: a key may come before the next question is drawn.
   * @param {string | null} better */
  #answer(better) {
    const { question } = this.room.draft;
    if (!question || this.#key() !== this.#shown || !this.room.keeper?.isAllKept) return;
    this.#hasAnswered = true;
    this.room.take({ do: "answer", a: question.a, b: question.b, better });
    say(better ? `${better} is better` : "Equally good");
  }

  /** @param {Command} command */
  command(command) {
    if (command === "done" && this.room.draft.question) this.#answer(this.room.chosen);
    else if (command === "tie") this.#answer(null);
    else return MOVES.includes(command);
    return true;
  }
}

/** The best three are picked, the rest tie behind them.
 * @implements {View} */
export class BestThree {
  /** @type {string[]} */
  #picked = [];

  /** @param {Room} room @param {() => void} toList */
  constructor(room, toList) {
    this.room = room;
    this.toList = toList;
    this.asked = h("h3", { "aria-live": "polite" });
    const pickable = (/** @type {Candidate} */ each) => h("div", { class: "pickable" }, cardOf(room, each),
      h("button", { "data-pick": each.letter, onclick: () => this.#pick(each.letter) }));
    this.element = h("div", { class: "best" }, this.asked, h("div", { class: "cards" }, ...room.session.candidates.map(pickable)));
  }

  update() {
    const next = PICKS[this.#picked.length] || "";
    this.asked.textContent = `Which is ${this.#picked.length ? next : "the best"}?`;
    for (const card of all(this.element, ".card")) updateCard(this.room, card);
    for (const button of all(this.element, "[data-pick]")) {
      const at = this.#picked.indexOf(button.dataset.pick || "");
      button.textContent = `${button.dataset.pick} is ${at < 0 ? next : PICKS[at]}`;
      button.setAttribute("aria-pressed", String(at >= 0));
    }
  }

  /** @param {string} letter */
  #pick(letter) {
    const others = this.#picked.filter((other) => other !== letter);
    this.#picked = others.length < this.#picked.length ? others : [...others, letter];
    this.room.choose(letter);
    this.room.changed();
    if (this.#picked.length < Math.min(PICKS.length, this.room.session.candidates.length)) return;
    this.room.take({ do: "best", letters: this.#picked });
    notice(`${this.#picked.join(", ")} lead, the others are tied behind them. Change what you like, then press Done.`);
    this.toList();
  }

  /** @param {Command} command */
  command(command) {
    if (command === "done") this.#pick(this.room.chosen);
    return command === "done" || MOVES.includes(command);
  }
}
