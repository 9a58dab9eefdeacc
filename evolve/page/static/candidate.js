/** A candidate: as a card in the list, and with all there is to know beside it. */
import { all, h } from "./dom.js";
import { placeInWords } from "./moves.js";
import { heartOf, largeSample, linksOf, makerOf, markSamples, smallSample, soundOf } from "./sample.js";

const COMMENT_AFTER_MS = 1500;

/** Its letter, which chooses it.
 * @param {Room} room @param {string} letter */
export const letterOf = (room, letter) =>
  h("button", { class: "letter", "aria-label": `Candidate ${letter}`, onclick: () => room.choose(letter), onfocus: () => room.choose(letter) }, letter);

/** @param {Room} room @param {Candidate} candidate */
export function cardOf(room, candidate) {
  const cells = candidate.cells.map((cell, at) => h("span", {}, `${room.session.columns[at]?.heading} ${cell}`));
  return h("article", { class: "card", "data-letter": candidate.letter }, letterOf(room, candidate.letter),
    h("div", { class: "samples" }, ...candidate.samples.map((sample) => smallSample(room, makerOf(candidate), sample))), h("p", { class: "cells" }, ...cells),
    h("span", { class: "commented", title: "has a comment", hidden: true }, "✎"), h("span", { class: "grip", "aria-hidden": "true" }, "⠿"));
}

/** @param {Room} room @param {HTMLElement} card */
export function updateCard(room, card) {
  const candidate = room.candidate(card.dataset.letter || "");
  if (!candidate) return;
  const isChosen = room.chosen === candidate.letter;
  card.classList.toggle("chosen", isChosen);
  const place = room.canRank(candidate.letter) ? `, ${placeInWords(room.draft, candidate.letter)}` : "";
  card.querySelector(".letter")?.setAttribute("aria-label", `Candidate ${candidate.letter}${place}`);
  card.querySelector(".letter")?.setAttribute("aria-current", String(isChosen));
  all(card, ".commented")[0].hidden = !room.draft.comments[candidate.letter];
  markSamples(room, makerOf(candidate), card);
}

/** All samples, each with its line, as large as there is room, and its files.
 * @param {Room} room @param {Maker} maker */
export const samplesOf = (room, maker) => h("div", { class: "large" }, ...maker.samples.map((sample) => {
  const name = h("button", { class: "look plain", "data-sample": sample.index, onclick: () => room.open(maker, sample) },
    `${room.state.words.sample} ${sample.index}`);
  const small = soundOf(sample) ? smallSample(room, maker, sample) : h("div", { class: "sample" }, name, heartOf(room, maker, sample));
  return h("section", { class: "shown", "data-shown": sample.index }, h("div", { class: "line" }, small, h("span", { class: "faint" }, sample.line)),
    largeSample(room, maker, sample), linksOf(sample));
}));

/** Everything of the chosen candidate; made anew when another is chosen. */
export class Detail {
  element = h("aside", { class: "detail", "aria-label": "The chosen candidate" });
  #shown = "";

  /** @param {Room} room */
  constructor(room) { this.room = room; }

  update() {
    const { room } = this;
    const candidate = room.candidate(room.chosen);
    if (!candidate) return;
    const key = `${candidate.letter} ${candidate.samples.length}`;
    if (key !== this.#shown) this.element.replaceChildren(...this.#made(candidate));
    this.#shown = key;
    all(this.element, ".place")[0].textContent = placeInWords(room.draft, candidate.letter);
    const comment = /** @type {HTMLTextAreaElement} */ (this.element.querySelector("textarea"));
    if (document.activeElement !== comment) comment.value = room.draft.comments[candidate.letter] || "";
    markSamples(room, makerOf(candidate), this.element);
    for (const each of all(this.element, ".shown")) each.classList.toggle("chosen", Number(each.dataset.shown) === room.sample);
  }

  /** @param {Candidate} candidate */
  #made(candidate) {
    const { letter, can_more: canMore, cells } = candidate;
    const act = (/** @type {string} */ sign, /** @type {string} */ hint, /** @type {Command} */ command) =>
      h("button", { "aria-label": hint, title: hint, onclick: () => this.room.command(command) }, sign);
    const acts = h("div", { class: "acts", role: "group", "aria-label": `Move ${letter}` },
      act("↑", `Move ${letter} up`, "up"), act("↓", `Move ${letter} down`, "down"),
      act("=", `Tie ${letter} with those above`, "tie"), act("✕", `Reject ${letter}, or take it back`, "reject"));
    const facts = this.room.session.columns.map(({ heading, help }, at) => h("div", { title: help }, h("dt", {}, heading), h("dd", {}, cells[at] || "")));
    const more = h("button", { class: "more", onclick: () => this.room.command("more") }, `One more ${this.room.state.words.sample} of ${letter}`);
    return [h("header", {}, h("h3", {}, letter), h("span", { class: "place" }), acts), samplesOf(this.room, makerOf(candidate)), canMore ? more : "",
      h("dl", { class: "facts" }, ...facts), this.#comment(letter)];
  }

  /** @param {string} letter */
  #comment(letter) {
    const box = h("textarea", { rows: 2, maxlength: this.room.session.longest_comment || 1000, placeholder: "What do you like, what not?" });
    let waiting = 0;
    const keep = () => {
      clearTimeout(waiting);
      const text = box.value.trim().replace(/\s+/g, " ");
      if (text !== (this.room.draft.comments[letter] || "")) this.room.take({ do: "comment", letter, text });
    };
    box.addEventListener("change", keep);
    box.addEventListener("keydown", ({ key }) => key === "Escape" && all(document, `[data-letter="${letter}"] .letter`)[0]?.focus());
    box.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(keep, COMMENT_AFTER_MS); });
    return h("label", { class: "comment" }, `Comment on ${letter}`, box);
  }
}
