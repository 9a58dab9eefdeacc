/** What the owner of a run does beside ranking: listeners, time, and going back to ancestors. */
import { samplesOf } from "./candidate.js";
import { ask, asking, counted, h, notice, openDialog, roughly, say } from "./dom.js";
import { markSamples } from "./sample.js";

/** @typedef {import("./room.js").Room} Room @typedef {import("./room.js").View} View */

const STATES = { away: "has not begun", begun: "is listening", cast: "has cast" };

/** @param {string} text */
const copyButton = (text) => h("button", { onclick: asking(async () => { await navigator.clipboard.writeText(text); say("Copied."); }) }, "Copy");

/** @param {Room} room */
export const closeButton = (room) => h("button", { class: "main", onclick: asking(() => ask("/api/close", {})) }, `Close generation ${room.state.generation} and go on`);

/** Who listens, with a link for each to hand on.
 * @param {Room} room */
export function showListeners(room) {
  const name = h("input", { id: "listener-name", required: true, maxlength: 60, autocomplete: "off" });
  const list = h("ul", { class: "listeners" });
  const show = () => list.replaceChildren(...(room.state.listeners || []).map((each) => h("li", { class: each.state }, h("b", {}, each.name), h("span", { class: "faint" }, STATES[each.state]),
    h("input", { readonly: true, value: location.origin + each.link, "aria-label": `Link of ${each.name}` }), copyButton(location.origin + each.link))));
  const add = asking(async () => {
    if (!name.value.trim()) return;
    const added = await ask("/api/listeners", { name: name.value.trim() });
    room.state.listeners = [...(room.state.listeners || []).filter((each) => each.name !== added.name), { ...added, state: "away" }];
    name.value = "";
    show();
  });
  show();
  const form = h("form", { onsubmit: (event) => { event.preventDefault(); add(); } }, h("label", { for: "listener-name" }, "Another listener"), name, h("button", {}, "Add"));
  openDialog("Listeners", h("p", { class: "faint" }, "Each ranks on their own, under letters of their own. Hand everybody their own link."), list, form,
    h("p", {}, "Once enough have cast, close the generation: all ballots together make its ranking. "), closeButton(room));
}

/** What judging cost, and what the next generation will take.
 * @param {Room} room */
export function showTime(room) {
  const { costs, words } = room.state;
  if (!costs) return openDialog("Time", h("p", {}, "Nothing was ranked yet, so nothing is known of your time."));
  const each_s = costs.candidate_s;
  const told = h("output", { for: "minutes" });
  const minutes = h("input", { id: "minutes", type: "range", min: 1, max: 60, value: Math.max(1, Math.round(costs.next.seconds / 60)) });
  const show = () => {
    const fit = Math.max(2, Math.floor((Number(minutes.value) * 60) / Math.max(1, each_s)));
    told.textContent = `${minutes.value} min: ${counted(fit, "candidate")} at your pace`;
  };
  minutes.addEventListener("input", show);
  show();
  return openDialog("Time", h("p", {}, `You have spent ${roughly(costs.spent_s)} on ${counted(costs.candidates, "candidate")}, with ${counted(costs.plays, words.is_heard ? "play" : "look")}.`),
    h("p", {}, `The next generation will take ${costs.next.words}.`), h("label", { for: "minutes" }, "How long would you like it to take?"), minutes, told,
    h("p", { class: "faint" }, "So many are set with --set heard=… when a run begins."));
}

/** `width 12, colour palette`, of any JSON.
 * @param {unknown} value @returns {string} */
function told(value) {
  if (Array.isArray(value)) return value.map(told).join(", ");
  if (typeof value === "number") return String(Number(value.toPrecision(3)));
  if (value === null || typeof value !== "object") return String(value);
  return Object.entries(value).map(([name, each]) => `${name.replaceAll("_", " ")} ${told(each)}`).join(", ");
}

/** All ranked generations: any ancestor again, and a new run from some.
 * @implements {View} */
export class FamilyPage {
  /** @type {Individual[]} */
  #all = [];
  /** @type {Set<string>} */
  #picked = new Set();
  #open = "";

  /** @param {Room} room @param {string} title @param {() => void} back */
  constructor(room, title, back) {
    this.room = room;
    this.tree = h("div", { class: "tree" });
    this.detail = h("aside", { class: "detail", "aria-label": "The chosen ancestor" });
    const bar = h("div", { class: "tools" }, h("button", { onclick: back }, "← Back"), this.#branchBar());
    this.element = h("section", { class: `family ${room.state.words.is_heard ? "of-sound" : "of-sights"}` }, h("h2", {}, title), bar, h("div", { class: "beside" }, this.tree, this.detail));
    asking(async () => { this.#all = (await ask("/api/family")).individuals; this.#draw(); })();
  }

  #branchBar() {
    this.branch = h("button", { class: "main", disabled: true, onclick: asking(async () => {
      const { run, command } = await ask("/api/branch", { from: [...this.#picked] });
      openDialog(`Run ${run} begins from ${counted(this.#picked.size, "ancestor")}`, h("p", {}, "Go on with it in a terminal:"), h("code", { class: "go-on" }, command), copyButton(command));
    }) }, "New run from the ticked ones");
    return this.branch;
  }

  #draw() {
    const generations = [...new Set(this.#all.map(({ generation }) => generation))].sort((a, b) => b - a);
    this.tree.replaceChildren(...generations.map((number) => h("section", {}, h("h3", {}, `Generation ${number}`),
      h("ol", { class: "members" }, ...this.#all.filter(({ generation }) => generation === number).sort((a, b) => (a.rank || 1e9) - (b.rank || 1e9)).map((each) => this.#node(each))))));
    if (!this.#all.length) this.tree.replaceChildren(h("p", {}, "No generation is ranked yet."));
    const best = this.#all.find(({ generation, rank }) => generation === generations[0] && rank === 1);
    if (best) this.#show(best);
  }

  /** @param {Individual} each */
  #node(each) {
    const tick = h("input", { type: "checkbox", "aria-label": `Branch from ${each.id}`, onchange: () => {
      if (!this.#picked.delete(each.id)) this.#picked.add(each.id);
      if (this.branch) this.branch.disabled = !this.#picked.size;
    } });
    return h("li", { class: each.rejected ? "failed" : "", "data-id": each.id }, tick, h("button", { class: "plain", onclick: () => this.#show(each) }, h("b", {}, each.rank ? `${each.rank}.` : "✕"), ` ${each.id}`),
      each.favourites.length ? h("span", { class: "loved", role: "img", "aria-label": "loved" }, "♥") : "");
  }

  /** @param {Individual} each */
  #show(each) {
    this.#open = each.id;
    const line = [each.origin, each.parents.length && `of ${each.parents.join(" and ")}`, told(each.changed)].filter(Boolean).join(" · ");
    const parents = each.parents.map((id) => h("button", { onclick: () => { const parent = this.#all.find((other) => other.id === id); if (parent) this.#show(parent); } }, id));
    this.detail.replaceChildren(h("header", {}, h("h3", {}, each.id), h("span", { class: "place" }, each.rank ? `rank ${each.rank} of generation ${each.generation}` : "rejected")),
      h("p", {}, line), h("p", { class: "faint" }, `${told(each.genome)} · ${told(each.metrics)}`), parents.length ? h("p", { class: "buttons" }, "Parents: ", ...parents) : "",
      h("div", { class: "large" }, ...samplesOf(this.room, { letter: each.id, samples: each.samples })), ...each.comments.map(({ listener, text }) => h("blockquote", {}, text, h("footer", {}, listener))));
    for (const node of this.tree.querySelectorAll("li")) {
      node.classList.toggle("chosen", node.dataset.id === each.id);
      node.classList.toggle("parent", each.parents.includes(node.dataset.id || ""));
    }
    this.room.changed();
  }

  command() {
    return true;
  }

  update() {
    const open = this.#all.find(({ id }) => id === this.#open);
    if (open) markSamples(this.room, { letter: open.id, samples: open.samples }, this.detail);
    notice("");
  }
}
