/** What the owner of a run does beside ranking: listeners, time, and going back to ancestors. */
import { all, ask, asking, closeDialogs, counted, h, notice, openDialog, roughly } from "./dom.js";
import { samplesOf } from "./candidate.js";
import { markSamples, thumbOf } from "./sample.js";

/** Of a listener's time, what is for playing; the rest is for moving candidates. */
const SHARE_PLAYED = 0.8;

export const LISTENS = { away: "has not begun", begun: "is at it", cast: "has cast" };

/** @param {string} text */
function copyButton(text) {
  const button = h("button", { onclick: () => navigator.clipboard?.writeText(text).then(() => { button.textContent = "Copied"; }) }, "Copy");
  return button;
}

/** Closes the generation that is shown, once somebody has cast; a second press closes no other.
 * @param {Room} room */
export function closeButton(room) {
  const { generation, listeners, stage } = room.state;
  const hasCast = stage === "cast" || (stage === "ranking" && (room.isReopened || (listeners || []).some(({ state }) => state === "cast")));
  const refused = (/** @type {Error} */ error) => { button.disabled = false; throw error; };
  const close = () => { button.disabled = true; return ask("/api/close", { generation }).then(closeDialogs, refused); };
  /** @type {HTMLButtonElement} */
  const button = h("button", { class: "main", disabled: !hasCast, onclick: asking(close) }, `Close generation ${generation} and go on`);
  return button;
}

/** Who listens, with a link for each to hand on.
 * @param {Room} room */
export function showListeners(room) {
  const name = h("input", { id: "listener-name", required: true, maxlength: 60, autocomplete: "off" });
  const list = h("ul", { class: "listeners" });
  const row = (/** @type {Listener} */ each) => {
    const link = h("input", { readonly: true, value: location.origin + each.link, "aria-label": `Link of ${each.name}` });
    return h("li", { class: each.state }, h("b", {}, each.name), h("span", { class: "faint" }, LISTENS[each.state]), link, copyButton(link.value));
  };
  const [close, key] = [h("p", { class: "buttons" }), () => JSON.stringify([room.state.listeners, room.state.stage])];
  let shown = "";
  room.showBeside = () => {
    if (shown === key()) return;
    shown = key();
    list.replaceChildren(...(room.state.listeners || []).map(row));
    close.replaceChildren(...(room.state.listeners?.length ? ["Once enough have cast, all ballots together make the ranking. ", closeButton(room)] : []));
  };
  room.showBeside();
  const add = asking(() => ask("/api/listeners", { name: name.value.trim() }).then(() => { name.value = ""; notice(""); }));
  const submit = (/** @type {Event} */ event) => { event.preventDefault(); add(); };
  const form = h("form", { onsubmit: submit }, h("label", { for: "listener-name" }, "Another listener"), name, h("button", {}, "Add"));
  openDialog("Listeners", h("p", { class: "faint" }, "Each ranks on their own, under letters of their own. Hand everybody their own link."), list, form, close);
}

/** What judging cost, and what the next generation will take.
 * @param {Room} room */
export function showTime(room) {
  const { costs, words } = room.state;
  if (!costs) return openDialog("Time", h("p", {}, "Nothing was ranked yet, so nothing is known of your time."));
  const fits = h("output", { for: "minutes" });
  const minutes = h("input", { id: "minutes", type: "range", min: 1, max: 60, value: Math.max(1, Math.round(costs.next.seconds / 60)) });
  const show = () => {
    const fit = Math.max(2, Math.floor((Number(minutes.value) * 60) / Math.max(1, costs.candidate_s)));
    const passage = Math.max(1, Math.round((Number(minutes.value) * 60 * SHARE_PLAYED) / (fit * Math.max(1, costs.samples))));
    fits.textContent = `${minutes.value} min: ${counted(fit, "candidate")} at your pace, set with --set heard=${fit} when a run begins; ` +
      `${counted(passage, "second")} for each ${room.state.words.sample}`;
  };
  minutes.addEventListener("input", show);
  show();
  return openDialog("Time", h("p", {}, `You have spent ${roughly(costs.spent_s)} judging, with ${counted(costs.plays, words.is_heard ? "play" : "look")}.`),
    h("p", {}, `The next generation will take ${costs.next.words}.`), h("label", { for: "minutes" }, "How long shall it take?"), minutes, " ", fits);
}

/** All ranked generations: any ancestor again, and a new run from some.
 * @implements {View} */
export class FamilyPage {
  /** @type {Individual[]} */
  #all = [];
  /** @type {Generation[]} */
  #generations = [];
  /** @type {Individual | undefined} */
  #open;
  #picked = new Set();

  /** @param {Room} room @param {string} title @param {() => void} back */
  constructor(room, title, back) {
    this.room = room;
    this.tree = h("div", { class: "tree" });
    this.detail = h("aside", { class: "detail", "aria-label": "The chosen ancestor" });
    this.branch = h("button", { class: "main", disabled: true, onclick: asking(() => this.#branch()) }, "New run from the ticked ones");
    const isEnd = room.state.stage === "complete";
    this.element = h("section", { class: `family ${room.state.words.is_heard ? "of-sound" : "of-sights"}` }, h("h2", {}, title),
      h("div", { class: "tools" }, isEnd ? "" : h("button", { onclick: back }, "← Back"), this.branch), h("div", { class: "beside" }, this.tree, this.detail));
    asking(async () => { ({ individuals: this.#all, generations: this.#generations } = await ask("/api/family")); this.#draw(); })();
  }

  async #branch() {
    const { run, command } = await ask("/api/branch", { from: [...this.#picked] });
    openDialog(`Run ${run} begins from ${counted(this.#picked.size, "ancestor")}`, h("p", {}, "Go on with it in a terminal:"),
      h("code", { class: "go-on" }, command), copyButton(command));
  }

  #draw() {
    const sections = [...this.#generations].reverse().map(({ index, members }) =>
      h("section", {}, h("h3", {}, `Generation ${index}`), h("ol", { class: "members" }, ...members.map((each) => this.#node(each)))));
    this.tree.replaceChildren(...(sections.length ? sections : [h("p", {}, "No generation is ranked yet.")]));
    const best = this.#all.find(({ id }) => id === all(this.tree, "li")[0]?.dataset.id);
    if (best) this.#show(best);
  }

  /** @param {Ranked} member */
  #node({ id, rank, rejected, again }) {
    const each = /** @type {Individual} */ (this.#all.find((one) => one.id === id));
    const tick = h("input", { type: "checkbox", "aria-label": `Branch from ${id}`, onchange: () => {
      if (!this.#picked.delete(id)) this.#picked.add(id);
      this.branch.disabled = !this.#picked.size;
      this.room.changed();
    } });
    const thumb = each.samples.length > 0 && thumbOf(each.samples[0]);
    const notes = [rejected && "rejected", again && "comes back"].filter(Boolean).join(", ");
    const name = h("button", { class: "plain", onclick: () => this.#show(each) }, thumb, h("b", {}, rejected ? "✕" : rank ? `${rank}.` : "–"), ` ${id}`);
    const loved = each.favourites.length > 0 && h("span", { class: "loved", role: "img", "aria-label": "loved" }, "♥");
    return h("li", { class: rejected ? "failed" : "", "data-id": id }, tick, name, h("span", { class: "faint" }, notes), loved);
  }

  /** @param {Individual} each */
  #show(each) {
    this.#open = each;
    const parents = this.#all.filter(({ id }) => each.parents.includes(id));
    const links = parents.map((parent) => h("button", { onclick: () => this.#show(parent) }, parent.id));
    const comments = each.comments.map(({ listener, text }) => h("blockquote", {}, text, h("footer", {}, listener)));
    this.detail.replaceChildren(
      h("header", {}, h("h3", {}, each.id), h("span", { class: "place" }, each.place)),
      links.length ? h("p", { class: "buttons" }, "Parents: ", ...links) : "", h("p", {}, each.changed), h("p", { class: "faint" }, each.genome),
      samplesOf(this.room, { name: each.id, samples: each.samples }), ...comments);
    this.room.changed();
  }

  /** Ancestors are heard with the player; nothing of theirs can be moved.
   * @param {Command} command */
  command(command) { return !["back", "on", "passage"].includes(command); }

  update() {
    for (const node of all(this.tree, "li")) {
      node.classList.toggle("chosen", node.dataset.id === this.#open?.id);
      node.classList.toggle("parent", this.#open?.parents.includes(node.dataset.id || "") === true);
      /** @type {HTMLInputElement} */ (node.firstChild).checked = this.#picked.has(node.dataset.id);
    }
    if (this.#open) markSamples(this.room, { name: this.#open.id, samples: this.#open.samples }, this.detail);
  }
}
