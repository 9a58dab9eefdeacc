/** What is shown while nothing can be ranked: making, waiting for others, breeding, stopped, the end. */
import { all, counted, h, roughly } from "./dom.js";
import { cardOf, updateCard } from "./candidate.js";
import { LISTENS, closeButton } from "./owner.js";

/** @type {Progress} */
const NOTHING = { done: 0, total: 0, members: [], seconds_left: null };

/** @type {Partial<Record<State["stage"], [title: string, text: string]>>} */
const TEXTS = {
  cast: ["Your ballot is cast", "Thank you. The others may still be at it; this page goes on by itself."],
  breeding: ["Ranked", "The best are becoming parents of the next generation. This page goes on by itself."],
  waiting: ["Nobody goes on with this run",
    "All is kept. To go on, type this in a terminal; this page goes on by itself as long as its program runs, else open the new address."],
  complete: ["The run is complete", "All generations are ranked. Thank you."],
};

/** The generation that is being made, live, and those of it that can be judged already.
 * @implements {View} */
export class Board {
  #bar = h("progress", { "aria-label": "done" });
  #told = h("p", { class: "faint" });
  #members = h("ol", { class: "members" });
  #notices = h("ul", { class: "faint" });
  #early = h("section", { class: "early" });

  /** @param {Room} room */
  constructor(room) {
    this.room = room;
    const { stage, generation, words } = room.state;
    this.element = h("section", { class: "board" }, h("h2", {}, stage === "preparing" ? "Getting ready" : `Generation ${generation}: ${words.work}`), this.#bar,
      this.#told, this.#notices, this.#members, this.#early);
  }

  rows() { return all(this.#early, ".card").map((card) => card.dataset.letter || ""); }

  /** Nothing is ordered yet.
   * @param {Command} command */
  command(command) {
    return !["previous", "next", "first", "last", "previousSample", "nextSample", "play", "back", "on", "passage", "tour"].includes(command);
  }

  update() {
    const { progress, words, notices } = this.room.state;
    const { done, total, seconds_left: left, members } = progress || NOTHING;
    if (done) [this.#bar.max, this.#bar.value] = [total, done];
    const told = `${done} of ${counted(total, words.maker, words.makers)} done${left ? `, about ${roughly(left)} left` : ""}.`;
    this.#told.textContent = `${members.length ? told : "What is learned from is being read."} This page goes on by itself.`;
    this.#members.replaceChildren(...members.map(memberTile));
    this.#notices.replaceChildren(...notices.map((text) => h("li", {}, text)));
    const here = this.room.session.candidates.filter(({ letter }) => this.room.state.can_hear.includes(letter));
    if (here.length !== this.rows().length) {
      const cards = here.map((each) => cardOf(this.room, each));
      this.#early.replaceChildren(h("h3", {}, `Already here: ${words.attend} them while the others are made`), h("div", { class: "cards" }, ...cards));
    }
    for (const card of all(this.#early, ".card")) updateCard(this.room, card);
  }
}

/** @param {Member} member */
function memberTile({ place, status, phase, epoch, epochs, loss, loss_word: word, seconds_left: left }) {
  const told = { waiting: "waiting", evaluated: "done", failed: "failed", evaluating: phase || "at work" }[status];
  const tile = h("li", { class: status }, h("b", {}, String(place)), h("span", {}, told),
    h("span", { class: "faint" }, [loss && `${loss} ${word || ""}`, left && `${roughly(left)} left`].filter(Boolean).join(" · ")));
  tile.style.setProperty("--done", String(status === "evaluated" ? 1 : (epoch || 0) / (epochs || 1)));
  return tile;
}

/** A stage in which there is nothing to do but to know.
 * @implements {View} */
export class Message {
  element = h("section", { class: "message" });
  #shown = "";

  /** @param {Room} room */
  constructor(room) { this.room = room; }

  update() {
    const { stage, go_on: goOn, listeners, agreement, me } = this.room.state;
    const key = JSON.stringify([stage, goOn, listeners, agreement]);
    if (key === this.#shown) return;
    this.#shown = key;
    const [title, text] = TEXTS[stage] || ["", ""];
    const reopen = h("button", { onclick: () => { this.room.isReopened = true; this.room.follow(this.room.state); } }, "Change my ballot");
    const others = (stage === "cast" && listeners) || [];
    const agreed = agreement && `In the last ranking ${agreement.listeners} listeners agreed by ${agreement.w.toFixed(2)} (Kendall's W, of 1).`;
    this.element.replaceChildren(h("h2", {}, title), h("p", {}, text), goOn ? h("code", { class: "go-on" }, goOn) : "",
      h("ul", {}, ...others.map(({ name, state }) => h("li", {}, h("b", {}, name), ` ${LISTENS[state]}`))),
      stage === "cast" ? h("p", { class: "buttons" }, reopen, me.is_owner && closeButton(this.room)) : "", h("p", { class: "faint" }, agreed || ""));
  }
}
