/** The page of a ranking: the way to rank that is chosen, undo, and handing the ballot in. */
import { ask, asking, byId, h, notice, openDialog } from "./dom.js";
import { List } from "./list.js";
import { orderInWords } from "./moves.js";
import { BestThree, Pairs } from "./ways.js";

const WAYS = { list: "In a list", pairs: "Two at a time", best: "Best three" };

/** @param {Room} room */
const isOrdered = ({ draft }) => draft.tiers.length > 1 || draft.rejected.length > 0;

/** @implements {View} */
export class RankingPage {
  #tools = h("div", { class: "tools" });
  #body = h("div");
  /** @type {View} */
  #way;

  /** @param {Room} room */
  constructor(room) {
    this.room = room;
    const { generation, told, rule } = room.session;
    const kind = room.isHeard ? "of-sound" : "of-sights";
    this.element = h("section", { class: `ranking ${kind}` }, h("h2", {}, `Rank generation ${generation}, best first`),
      h("p", { class: "told" }, [rule, told].filter(Boolean).join(". ")), this.#tools, this.#body);
    const way = localStorage.getItem("way") || "list";
    this.#way = this.#show(way === "best" && isOrdered(room) ? "list" : way);
  }

  /** Naming the best three takes the place of an order, so that one is asked for.
   * @param {string} name */
  #choose(name) {
    notice("");
    if (name !== "best" || !isOrdered(this.room) || confirm("Naming the best three replaces your order: all others will be tied. Go on?")) this.#show(name);
  }

  /** @param {string} name @returns {View} */
  #show(name) {
    const { room } = this;
    const toList = () => this.#show("list");
    localStorage.setItem("way", name);
    this.#way = name === "pairs" ? new Pairs(room, toList) : name === "best" ? new BestThree(room, toList) : new List(room);
    this.#body.replaceChildren(this.#way.element);
    const ways = Object.entries(WAYS).map(([way, text]) => h("button", { "aria-pressed": String(way === name), onclick: () => this.#choose(way) }, text));
    this.#tools.replaceChildren(h("div", { class: "ways", role: "group", "aria-label": "How to rank" }, ...ways), h("div", { class: "steps" },
      h("button", { id: "undo", onclick: () => room.command("undo") }, "Undo"), h("button", { id: "redo", onclick: () => room.command("redo") }, "Redo"),
      h("button", { id: "cast", class: "main", onclick: () => confirmCast(room) }, "Done …")));
    room.changed();
    return this.#way;
  }

  rows() { return this.#way.rows?.() || this.room.session.candidates.map(({ letter }) => letter); }

  /** @param {Command} command */
  command(command) {
    if (this.#way.command?.(command)) return true;
    if (command === "done") confirmCast(this.room);
    return command === "done";
  }

  update() {
    const { draft, keeper, chosen } = this.room;
    byId("undo").disabled = !draft.can_undo && keeper?.isAllKept;
    byId("redo").disabled = !draft.can_redo;
    if (!this.room.candidate(chosen)) this.room.choose(this.rows()[0]);
    this.#way.update();
  }
}

/** Shows the order in words and asks.
 * @param {Room} room */
function confirmCast(room) {
  const { draft, session, state } = room;
  const wasHeard = (/** @type {Candidate} */ { letter, samples }) => samples.some(({ index }) => room.listening.of(letter, index).plays);
  const missed = session.candidates.filter((each) => !wasHeard(each)).map(({ letter }) => letter);
  const loved = draft.favourites.map(([letter, sample]) => `${letter} ${sample}`);
  const cast = asking(async () => {
    dialog.close();
    if (!room.keeper?.isAllKept) return notice("Some moves are not kept yet. Try again once they are.");
    await room.listening.tell();
    await ask("/api/cast", { version: room.keeper.kept.version });
    room.isReopened = false;
    return room.follow(await ask("/api/state"));
  });
  const dialog = openDialog("Is this your order?", h("p", { class: "answer" }, orderInWords(draft), loved.length ? ` You love ${loved.join(", ")}.` : ""),
    missed.length > 0 && room.isHeard && h("p", { class: "faint" }, `Not ${state.words.judged} yet: ${missed.join(", ")}.`),
    h("p", { class: "buttons" }, h("button", { class: "main", autofocus: true, onclick: cast }, "Yes, that is my order"),
      h("button", { onclick: () => dialog.close() }, "Back")));
}
