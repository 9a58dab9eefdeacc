/** A candidate: as a card in the list, and with all there is to know beside it. */
import { h } from "./dom.js";
import { placeInWords } from "./moves.js";
import { downloads, heart, largeSample, markSamples, smallSample, soundOf } from "./sample.js";

/** @typedef {import("./room.js").Room} Room */

const NOTE_AFTER_MS = 1500;

/** @param {Room} room @param {Candidate} candidate */
export function cardOf(room, candidate) {
  const letter = h("button", { class: "letter", onclick: () => room.choose(candidate.letter), onfocus: () => room.choose(candidate.letter) }, candidate.letter);
  const cells = candidate.cells.map((cell, at) => h("span", {}, h("i", {}, room.session.columns[at] ? room.session.columns[at].heading : ""), ` ${cell}`));
  return h("article", { class: "card", "data-letter": candidate.letter }, letter,
    h("div", { class: "samples" }, ...candidate.samples.map((sample) => smallSample(room, candidate, sample))),
    h("p", { class: "cells" }, ...cells), h("span", { class: "said", title: "has a comment", hidden: true }, "✎"), h("span", { class: "grip", "aria-hidden": "true" }, "⠿"));
}

/** @param {Room} room @param {HTMLElement} card */
export function updateCard(room, card) {
  const candidate = room.candidate(card.dataset.letter || "");
  if (!candidate) return;
  const draft = room.draft;
  const isChosen = room.chosen === candidate.letter;
  card.classList.toggle("chosen", isChosen);
  const letter = /** @type {HTMLElement} */ (card.querySelector(".letter"));
  const comment = draft.comments[candidate.letter];
  letter.setAttribute("aria-label", `Candidate ${candidate.letter}, ${placeInWords(draft, candidate.letter)}`);
  letter.setAttribute("aria-current", String(isChosen));
  /** @type {HTMLElement} */ (card.querySelector(".said")).hidden = !comment;
  markSamples(room, candidate, card);
  for (const look of card.querySelectorAll(".look")) look.classList.toggle("chosen", isChosen && Number(/** @type {HTMLElement} */ (look).dataset.sample) === room.sample);
}

/** All samples, each with its line, as large as there is room, and its files.
 * @param {Room} room @param {Maker} maker */
export function samplesOf(room, maker) {
  return maker.samples.map((sample) => {
    const name = h("button", { class: "look plain", "data-sample": sample.index, onclick: () => room.open(maker, sample) }, `${room.state.words.sample} ${sample.index}`);
    const small = soundOf(sample) ? smallSample(room, maker, sample) : h("div", { class: "sample" }, name, heart(room, maker, sample));
    return h("section", { class: "shown", "data-chosen": sample.index }, h("div", { class: "line" }, small, h("span", { class: "faint" }, sample.line)),
      largeSample(room, maker, sample), downloads(sample));
  });
}

/** Everything of the chosen candidate; made anew when another is chosen. */
export class Detail {
  element = h("aside", { class: "detail", "aria-label": "The chosen candidate" });
  #shown = "";

  /** @param {Room} room */
  constructor(room) {
    this.room = room;
  }

  update() {
    const { room } = this;
    const candidate = room.candidate(room.chosen);
    if (!candidate) return this.element.replaceChildren();
    const isSound = candidate.samples.some(soundOf);
    const key = `${candidate.letter} ${candidate.samples.length} ${isSound ? "" : room.sample}`;
    if (key !== this.#shown) this.#make(candidate);
    this.#shown = key;
    /** @type {HTMLElement} */ (this.element.querySelector(".place")).textContent = placeInWords(room.draft, candidate.letter);
    const note = /** @type {HTMLTextAreaElement} */ (this.element.querySelector("textarea"));
    if (document.activeElement !== note) note.value = room.draft.comments[candidate.letter] || "";
    markSamples(room, candidate, this.element);
    for (const each of this.element.querySelectorAll("[data-chosen]")) each.classList.toggle("chosen", Number(/** @type {HTMLElement} */ (each).dataset.chosen) === room.sample);
    return undefined;
  }

  /** @param {Candidate} candidate */
  #make(candidate) {
    const { room } = this;
    const { letter } = candidate;
    const act = (/** @type {string} */ label, /** @type {string} */ hint, /** @type {import("./room.js").Command} */ command) =>
      h("button", { "aria-label": hint, title: hint, onclick: () => room.command(command) }, label);
    const acts = h("div", { class: "acts", role: "group", "aria-label": `Move ${letter}` }, act("↑", `Move ${letter} up`, "up"), act("↓", `Move ${letter} down`, "down"),
      act("=", `Tie ${letter} with the one above, or part them`, "tie"), act("✕", `Reject ${letter}, or take it back`, "reject"));
    const columns = room.session.columns;
    const cells = candidate.cells.map((cell, at) => columns[at] && h("div", { title: columns[at].help }, h("dt", {}, columns[at].heading), h("dd", {}, cell)));
    this.element.replaceChildren(
      h("header", {}, h("h3", {}, letter), h("span", { class: "place" }), acts),
      h("div", { class: "large" }, ...samplesOf(room, candidate)),
      candidate.can_more ? h("button", { class: "more", onclick: () => room.command("more") }, `One more ${room.state.words.sample} of ${letter}`) : "",
      h("dl", { class: "facts" }, ...cells), this.#note(letter));
  }

  /** @param {string} letter */
  #note(letter) {
    let waiting = 0;
    const keep = (/** @type {Event} */ event) => {
      const text = /** @type {HTMLTextAreaElement} */ (event.target).value.trim();
      clearTimeout(waiting);
      if (text !== (this.room.draft.comments[letter] || "")) this.room.take({ do: "comment", letter, text });
    };
    const later = (/** @type {Event} */ event) => {
      clearTimeout(waiting);
      waiting = setTimeout(() => keep(event), NOTE_AFTER_MS);
    };
    const box = h("textarea", { rows: 2, maxlength: 2000, placeholder: "What do you like, what not?", onchange: keep, oninput: later });
    return h("label", { class: "note" }, `A note on ${letter}`, box);
  }
}
