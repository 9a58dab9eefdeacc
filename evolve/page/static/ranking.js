/** Ranking a generation: the list into which cards are dragged, two at a time, or only the best three. */
import { asking, ask, byId, counted, h, notice, openDialog, say } from "./dom.js";
import { Detail, cardOf, samplesOf, updateCard } from "./candidate.js";
import { makeDraggable } from "./drag.js";
import { dropped, isSameOrder, placeInWords } from "./moves.js";
import { markSamples } from "./sample.js";

/** @typedef {import("./room.js").Room} Room @typedef {import("./room.js").Command} Command @typedef {import("./room.js").View} View */

const MOVE_MS = 180;
const NARROW = matchMedia("(max-width: 899px)");
const IS_CALM = matchMedia("(prefers-reduced-motion: reduce)");
const PICKS = ["Best", "Second", "Third"];

/** The page of a ranking: its head, the way to rank that is chosen, and casting.
 * @implements {View} */
export class RankingPage {
  #tools = h("div", { class: "tools" });
  #body = h("div", {});
  /** @type {View} */
  #way;

  /** @param {Room} room */
  constructor(room) {
    this.room = room;
    const { generation, told, rule } = room.session;
    const title = h("h2", {}, `Rank generation ${generation}, best first`);
    this.element = h("section", { class: `ranking ${room.state.words.is_heard ? "of-sound" : "of-sights"}` }, title, (told || rule) && h("p", { class: "told" }, [rule, told].filter(Boolean).join(". ")), this.#tools, this.#body);
    this.#way = this.#show(localStorage.getItem("way") || "list");
  }

  /** @param {string} way @returns {View} */
  #show(way) {
    localStorage.setItem("way", way);
    this.#way = way === "pairs" ? new Pairs(this.room, () => this.#show("list")) : way === "best" ? new BestThree(this.room, () => this.#show("list")) : new List(this.room);
    this.#body.replaceChildren(this.#way.element);
    const { room } = this;
    const tab = (/** @type {string} */ name, /** @type {string} */ text) => h("button", { "aria-pressed": String(way === name), onclick: () => this.#show(name) }, text);
    this.#tools.replaceChildren(
      h("div", { class: "ways", role: "group", "aria-label": "How to rank" }, tab("list", "In a list"), tab("pairs", "Two at a time"), tab("best", "Only the best three")),
      h("div", { class: "steps" }, h("button", { id: "undo", onclick: () => room.command("undo") }, "Undo"), h("button", { id: "redo", onclick: () => room.command("redo") }, "Redo"),
        h("button", { id: "cast", class: "main", onclick: () => confirmCast(room) }, "Done …")));
    room.changed();
    return this.#way;
  }

  rows() {
    return this.#way.rows ? this.#way.rows() : [];
  }

  /** @param {Command} command */
  command(command) {
    if (this.#way.command?.(command)) return true;
    if (command === "done") confirmCast(this.room);
    return command === "done";
  }

  update() {
    const { draft, keeper } = this.room;
    const isSettled = keeper?.isAllKept;
    /** @type {HTMLButtonElement} */ (byId("undo")).disabled = !draft.can_undo && Boolean(isSettled);
    /** @type {HTMLButtonElement} */ (byId("redo")).disabled = !draft.can_redo;
    if (!this.room.candidate(this.room.chosen)) this.room.choose(this.rows()[0] || this.room.session.candidates[0]?.letter || "");
    this.#way.update();
  }
}

/** Cards in tiers, best first: side by side are tied.
 * @implements {View} */
class List {
  #tiers = h("ol", { class: "tiers" });
  #rejects = h("div", { class: "cards" });
  #cards;
  #detail;
  /** @type {Order} */
  #shown = { tiers: [], rejected: [] };

  /** @param {Room} room */
  constructor(room) {
    this.room = room;
    this.#detail = new Detail(room);
    this.#cards = new Map(room.session.candidates.map((each) => [each.letter, cardOf(room, each)]));
    const verb = room.state.words.is_heard ? "Listen" : "Look";
    this.hint = h("p", { class: "hint" }, `${verb}, then drag what you like best up here. Side by side means equally good.`);
    this.list = h("div", { class: "list" }, this.hint, this.#tiers,
      h("section", { class: "rejects", "aria-label": "Rejected" }, h("h3", {}, "Rejected"), h("p", { class: "faint" }, "Drag here what must not have children."), this.#rejects), h("div", { class: "marker", hidden: true }));
    this.element = h("div", { class: "beside" }, this.list, this.#detail.element);
    makeDraggable(this.list, (letter, place) => this.#drop(letter, place));
  }

  /** @param {string} letter @param {import("./moves.js").Place} place */
  #drop(letter, place) {
    const order = dropped(this.room.draft, letter, place);
    this.room.choose(letter);
    if (isSameOrder(order, this.room.draft)) return;
    this.room.take({ do: "order", ...order });
    say(`${letter} is now ${placeInWords(order, letter)}`);
  }

  rows() {
    return [...this.room.draft.tiers.flat(), ...this.room.draft.rejected];
  }

  update() {
    const { draft, session } = this.room;
    for (const candidate of session.candidates) {
      const card = this.#cards.get(candidate.letter);
      if (card && card.querySelectorAll(".sample").length === candidate.samples.length) continue;
      this.#cards.set(candidate.letter, cardOf(this.room, candidate));
      this.#shown = { tiers: [], rejected: [] };
    }
    if (!isSameOrder(draft, this.#shown) && !this.list.matches(".dragging")) this.#arrange(draft);
    for (const card of this.#cards.values()) updateCard(this.room, card);
    this.hint.hidden = draft.tiers.length > 1 || draft.rejected.length > 0;
    this.#placeDetail();
  }

  /** Beside the list, or on a narrow screen below the card. */
  #placeDetail() {
    const home = NARROW.matches ? this.#cards.get(this.room.chosen)?.parentElement?.parentElement : this.element;
    if (home && this.#detail.element.parentElement !== home) home.append(this.#detail.element);
    this.#detail.update();
  }

  /** @param {Order} order */
  #arrange(order) {
    const before = new Map([...this.#cards].map(([letter, card]) => [letter, card.getBoundingClientRect()]));
    const focused = /** @type {HTMLElement | null} */ (document.activeElement);
    const cards = (/** @type {string[]} */ letters) => letters.flatMap((letter) => this.#cards.get(letter) || []);
    let rank = 1;
    this.#tiers.replaceChildren(...order.tiers.map((tier) => {
      const place = tier.length > 1 ? `${rank} =` : String(rank);
      rank += tier.length;
      return h("li", { class: tier.length > 1 ? "tier tied" : "tier" }, h("span", { class: "rank", "aria-hidden": "true" }, place), h("div", { class: "cards" }, ...cards(tier)));
    }));
    this.#rejects.replaceChildren(...cards(order.rejected));
    this.#shown = { tiers: order.tiers, rejected: order.rejected };
    if (focused && this.element.contains(focused)) focused.focus({ preventScroll: true });
    if (!IS_CALM.matches) for (const [letter, card] of this.#cards) glide(card, before.get(letter));
  }
}

/** Lets a card glide from where it was.
 * @param {HTMLElement} card @param {DOMRect | undefined} from */
function glide(card, from) {
  const to = card.getBoundingClientRect();
  if (!from || !from.width || (from.x === to.x && from.y === to.y)) return;
  card.animate([{ transform: `translate(${from.x - to.x}px, ${from.y - to.y}px)` }, { transform: "none" }], { duration: MOVE_MS, easing: "ease-out" });
}

/** Two at a time: merge insertion asks.
 * @implements {View} */
class Pairs {
  element = h("div", { class: "pairs" });
  #shown = "";
  #hasAnswered = false;

  /** @param {Room} room @param {() => void} toList */
  constructor(room, toList) {
    this.room = room;
    this.toList = toList;
  }

  rows() {
    const { question } = this.room.draft;
    return question ? [question.a, question.b] : [];
  }

  update() {
    const { question } = this.room.draft;
    const key = question ? [question.a, question.b].map((letter) => `${letter} ${this.room.candidate(letter)?.samples.length}`).join() : "settled";
    if (!question && this.#hasAnswered && this.room.keeper?.isAllKept) return this.#settle();
    if (key !== this.#shown) this.element.replaceChildren(...(question ? this.#question(question) : this.#settled()));
    if (key !== this.#shown && question) this.room.choose(question.a);
    this.#shown = key;
    for (const side of this.element.querySelectorAll("[data-letter]")) {
      const candidate = this.room.candidate(/** @type {HTMLElement} */ (side).dataset.letter || "");
      if (candidate) markSamples(this.room, candidate, /** @type {HTMLElement} */ (side));
      side.classList.toggle("chosen", candidate?.letter === this.room.chosen);
    }
    return undefined;
  }

  /** @param {{a: string, b: string, left: number}} question */
  #question({ a, b, left }) {
    const side = (/** @type {string} */ letter) => {
      const candidate = this.room.candidate(letter);
      return h("article", { class: "side", "data-letter": letter }, h("header", {}, h("button", { class: "letter", "aria-label": `Candidate ${letter}`, onclick: () => this.room.choose(letter), onfocus: () => this.room.choose(letter) }, letter),
        h("button", { class: "main", onclick: () => this.#answer(letter) }, `${letter} is better`)), h("div", { class: "large" }, ...(candidate ? samplesOf(this.room, candidate) : [])));
    };
    return [h("div", { class: "asked" }, h("h3", {}, "Which do you like better?"), h("button", { onclick: () => this.#answer(null) }, "Equally good"),
      h("span", { class: "faint" }, `at most ${counted(left, "question")} to go`)), h("div", { class: "two" }, side(a), side(b))];
  }

  #settled() {
    return [h("p", {}, "Your answers have settled an order. "), h("button", { class: "main", onclick: () => this.#settle() }, "Take that order")];
  }

  #settle() {
    this.#hasAnswered = false;
    this.room.take({ do: "settle" });
    notice("This is the order of your answers. Change what you like, then press Done.");
    this.toList();
  }

  /** @param {string | null} better */
  #answer(better) {
    const { question } = this.room.draft;
    if (!question || !this.room.keeper?.isAllKept) return;
    this.#hasAnswered = true;
    this.room.take({ do: "answer", a: question.a, b: question.b, better });
    say(better ? `${better} is better` : "equally good");
  }

  /** @param {Command} command */
  command(command) {
    if (command === "done" && this.room.draft.question) this.#answer(this.room.chosen);
    else if (command === "tie") this.#answer(null);
    else return ["up", "down", "top", "bottom", "reject"].includes(command);
    return true;
  }
}

/** Only the best three: the rest tie.
 * @implements {View} */
class BestThree {
  /** @type {string[]} */
  #picked = [];

  /** @param {Room} room @param {() => void} toList */
  constructor(room, toList) {
    this.room = room;
    this.toList = toList;
    this.most = Math.min(PICKS.length, room.session.candidates.length);
    this.asked = h("h3", { "aria-live": "polite" });
    const card = (/** @type {Candidate} */ each) => h("div", { class: "pickable", "data-pick": each.letter }, cardOf(room, each),
      h("button", { class: "pick", onclick: () => this.#pick(each.letter) }));
    this.element = h("div", { class: "best" }, this.asked, h("div", { class: "cards" }, ...room.session.candidates.map(card)));
  }

  update() {
    const next = PICKS[this.#picked.length] || "";
    this.asked.textContent = `Which is ${this.#picked.length ? next.toLowerCase() : "the best"}?`;
    for (const each of this.element.querySelectorAll(".pickable")) {
      const letter = /** @type {HTMLElement} */ (each).dataset.pick || "";
      const at = this.#picked.indexOf(letter);
      const button = /** @type {HTMLElement} */ (each.querySelector(".pick"));
      button.textContent = at < 0 ? `${next}: ${letter}` : `✓ ${PICKS[at]}`;
      button.setAttribute("aria-pressed", String(at >= 0));
      updateCard(this.room, /** @type {HTMLElement} */ (each.querySelector(".card")));
    }
  }

  /** @param {string} letter */
  #pick(letter) {
    this.#picked = this.#picked.includes(letter) ? this.#picked.filter((other) => other !== letter) : [...this.#picked, letter];
    this.room.choose(letter);
    this.room.changed();
    if (this.#picked.length < this.most) return;
    this.room.take({ do: "best", letters: this.#picked });
    notice(`${this.#picked.join(", ")} lead, the others are tied behind them. Change what you like, then press Done.`);
    this.toList();
  }

  /** @param {Command} command */
  command(command) {
    if (command === "done") this.#pick(this.room.chosen);
    return ["done", "up", "down", "top", "bottom", "tie", "reject"].includes(command);
  }
}

/** Shows the order in words and asks.
 * @param {Room} room */
function confirmCast(room) {
  const { words } = room.state;
  const missed = room.session.candidates.filter(({ letter, samples }) => !samples.some(({ index }) => room.listening.of(letter, index).plays || room.listening.of(letter, index).seconds));
  const cast = asking(async () => {
    if (!room.keeper?.isAllKept) return notice("Some moves are not kept yet. Try again once they are.");
    await room.listening.tell();
    await ask("/api/cast", { version: room.keeper.kept.version });
    return dialog.close();
  });
  const yes = h("button", { class: "main", autofocus: true, onclick: cast }, "Yes, that is my order");
  const dialog = openDialog("Is this your order?", h("p", { class: "answer" }, room.inWords),
    missed.length && words.is_heard ? h("p", { class: "faint" }, `You have not ${words.judged} ${missed.map(({ letter }) => letter).join(", ")} yet.`) : "",
    h("p", { class: "buttons" }, yes, h("button", { onclick: () => dialog.close() }, "Back")));
}
