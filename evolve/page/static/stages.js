/** What is shown while nothing can be ranked: making, waiting for others, breeding, stopped, the end. */
import { cardOf, updateCard } from "./candidate.js";
import { counted, h, roughly } from "./dom.js";
import { closeButton } from "./owner.js";

/** @typedef {import("./room.js").Room} Room @typedef {import("./room.js").View} View */

/** @type {Progress} */
const NOTHING = { done: 0, total: 0, members: [], seconds_left: null };

/** The generation that is being made, live, and those of it that can be judged already.
 * @implements {View} */
export class Board {
  #bar = h("progress", { "aria-label": "done" });
  #told = h("p", { class: "faint", "aria-live": "polite" });
  #members = h("ol", { class: "members" });
  #notices = h("ul", { class: "faint" });
  #early = h("section", { class: "early", hidden: true });
  /** @type {HTMLElement[]} */
  #cards = [];

  /** @param {Room} room */
  constructor(room) {
    this.room = room;
    const { stage, generation, words } = room.state;
    const title = stage === "preparing" ? "Getting ready" : `Generation ${generation}: ${words.work}`;
    this.element = h("section", { class: "board" }, h("h2", {}, title), this.#bar, this.#told, this.#members, this.#notices, this.#early);
  }

  rows() {
    return this.#cards.map((card) => card.dataset.letter || "");
  }

  command() {
    return !this.#cards.length;
  }

  update() {
    const { progress, words, notices, can_hear: here } = this.room.state;
    const { done, total, seconds_left: left, members } = progress || NOTHING;
    if (total) [this.#bar.max, this.#bar.value] = [total, done];
    this.#told.textContent = total ? `${done} of ${counted(total, words.maker, words.makers)} done${left ? `, about ${roughly(left)} left` : ""}. You can stay here: this page goes on by itself.`
      : "What is to be learned from is being read. This page goes on by itself.";
    this.#members.replaceChildren(...members.map((member) => memberTile(member)));
    this.#notices.replaceChildren(...notices.map((text) => h("li", {}, text)));
    this.#showEarly(here);
  }

  /** @param {string[]} letters */
  #showEarly(letters) {
    const here = this.room.session.candidates.filter(({ letter }) => letters.includes(letter));
    if (here.length !== this.#cards.length) {
      this.#cards = here.map((each) => cardOf(this.room, each));
      this.#early.replaceChildren(h("h3", {}, `Already here: ${this.room.state.words.attend} them while the others are made`), h("div", { class: "cards" }, ...this.#cards));
    }
    this.#early.hidden = !here.length;
    for (const card of this.#cards) updateCard(this.room, card);
  }
}

/** @param {Member} member */
function memberTile({ place, status, phase, epoch, epochs, loss, loss_word: word, seconds_left: left }) {
  const told = { waiting: "waiting", evaluated: "done", failed: "failed: replaced", evaluating: phase || "at work" }[status];
  const share = status === "evaluated" ? 1 : status === "evaluating" && epoch && epochs ? epoch / epochs : 0;
  const tile = h("li", { class: status }, h("b", {}, String(place)), h("span", {}, told),
    h("span", { class: "faint" }, [loss && `${loss} ${word || ""}`, left && `${roughly(left)} left`].filter(Boolean).join(" · ")));
  tile.style.setProperty("--done", String(share));
  return tile;
}

/** A stage in which there is nothing to do but to know.
 * @implements {View} */
export class Message {
  /** @param {Room} room */
  constructor(room) {
    this.room = room;
    this.element = h("section", { class: "message" });
    this.update();
  }

  update() {
    const { state } = this.room;
    const texts = {
      cast: ["Your ballot is cast", "Thank you. The others may still be listening; this page goes on by itself."],
      breeding: [`Generation ${state.generation} is ranked`, "The best of it are becoming parents. This page goes on by itself."],
      waiting: ["Nobody goes on with this run", "All is kept. To go on, type this in a terminal; then this page goes on by itself."],
      complete: ["The run is complete", "All generations are ranked. Thank you for listening."],
    };
    const [title, text] = texts[/** @type {keyof typeof texts} */ (state.stage)] || ["", ""];
    const key = JSON.stringify([state.stage, state.generation, state.go_on, state.listeners, state.agreement]);
    if (this.element.dataset.key === key) return;
    this.element.dataset.key = key;
    const agreement = state.agreement && state.agreement.listeners > 1 && h("p", { class: "faint" }, `The ${state.agreement.listeners} listeners agree by ${state.agreement.w.toFixed(2)} (Kendall's W: 0 not at all, 1 fully).`);
    const others = state.listeners && state.stage === "cast" && h("ul", { class: "plain-list" }, ...state.listeners.map(({ name, state: how }) =>
      h("li", {}, h("b", {}, name), ` ${{ away: "has not begun", begun: "is listening", cast: "has cast" }[how]}`)));
    this.element.replaceChildren(h("h2", {}, title), h("p", {}, text), state.go_on ? h("code", { class: "go-on" }, state.go_on) : "", others || "", agreement || "",
      state.me.is_owner && state.stage === "cast" ? closeButton(this.room) : "");
  }
}
