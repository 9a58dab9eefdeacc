/** The list: cards in tiers, best first; those side by side are tied. */
import { h, say } from "./dom.js";
import { Detail, cardOf, updateCard } from "./candidate.js";
import { makeDraggable } from "./drag.js";
import { dropped, isSameOrder, placeInWords } from "./moves.js";

const MOVE_MS = 180;
const NARROW = matchMedia("(max-width: 899px)");
const IS_CALM = matchMedia("(prefers-reduced-motion: reduce)");

/** @implements {View} */
export class List {
  #tiers = h("ol", { class: "tiers" });
  #rejects = h("div", { class: "cards" });
  /** @type {Map<string, HTMLElement>} */
  #cards = new Map();
  /** @type {Order} */
  #shown = { tiers: [], rejected: [] };

  /** @param {Room} room */
  constructor(room) {
    this.room = room;
    this.detail = new Detail(room);
    const verb = room.isHeard ? "Listen" : "Look";
    this.hint = h("p", { class: "hint" }, `${verb}, then drag what you like best up here. Side by side means equally good.`);
    this.list = h("div", { class: "list" }, this.hint, this.#tiers, h("section", { class: "rejects", "aria-label": "Rejected" }, h("h3", {}, "Rejected"),
      h("p", { class: "faint" }, "Drag here what must not have children."), this.#rejects), h("div", { class: "marker", hidden: true }));
    this.element = h("div", { class: "beside" }, this.list, this.detail.element);
    makeDraggable(this.list, (letter, target) => this.#drop(letter, target));
  }

  /** @param {string} letter @param {DropTarget} target */
  #drop(letter, target) {
    const order = dropped(this.room.draft, letter, target);
    this.room.choose(letter);
    if (isSameOrder(order, this.room.draft)) return;
    this.room.take({ do: "order", ...order });
    say(`${letter} is now ${placeInWords(order, letter)}`);
  }

  rows() { return [...this.room.draft.tiers.flat(), ...this.room.draft.rejected]; }

  update() {
    const { draft, session } = this.room;
    for (const candidate of session.candidates) {
      if (this.#cards.get(candidate.letter)?.querySelectorAll(".sample").length === candidate.samples.length) continue;
      this.#cards.set(candidate.letter, cardOf(this.room, candidate));
      this.#shown = { tiers: [], rejected: [] };
    }
    if (!isSameOrder(draft, this.#shown) && !this.list.matches(".dragging")) this.#arrange(draft);
    for (const card of this.#cards.values()) updateCard(this.room, card);
    this.hint.hidden = draft.tiers.length > 1 || draft.rejected.length > 0;
    const home = NARROW.matches ? this.#cards.get(this.room.chosen)?.closest(".tier, .rejects") : this.element;
    if (home && this.detail.element.parentElement !== home) home.append(this.detail.element);
    this.detail.update();
  }

  /** @param {Order} order */
  #arrange({ tiers, rejected }) {
    const before = [...this.#cards.values()].map((card) => ({ card, from: card.getBoundingClientRect() }));
    const focused = /** @type {HTMLElement | null} */ (document.activeElement);
    const cards = (/** @type {string[]} */ letters) => h("div", { class: "cards" }, ...letters.map((letter) => this.#cards.get(letter) || ""));
    const ranks = tiers.map((_, at) => 1 + tiers.slice(0, at).flat().length);
    this.#tiers.replaceChildren(...tiers.map((tier, at) => h("li", { class: tier.length > 1 ? "tier tied" : "tier" },
      h("span", { class: "rank", "aria-hidden": "true" }, `${ranks[at]}${tier.length > 1 ? " =" : ""}`), cards(tier))));
    this.#rejects.replaceChildren(...cards(rejected).childNodes);
    this.#shown = { tiers, rejected };
    if (focused && this.list.contains(focused)) focused.focus({ preventScroll: true });
    if (!IS_CALM.matches) for (const { card, from } of before) glide(card, from);
  }
}

/** Lets a card glide from where it was.
 * @param {HTMLElement} card @param {DOMRect} from */
function glide(card, from) {
  const to = card.getBoundingClientRect();
  if (!from.width || (from.x === to.x && from.y === to.y)) return;
  card.animate([{ transform: `translate(${from.x - to.x}px, ${from.y - to.y}px)` }, { transform: "none" }], { duration: MOVE_MS, easing: "ease-out" });
}
