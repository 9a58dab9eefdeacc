/** Dragging cards by pointer: a mouse takes a card anywhere, a finger by its letter or grip, so that pages still scroll. */

/** @typedef {import("./moves.js").Place} Place */

const BEGINS_PX = 6;
const EDGE_PX = 28;
const SCROLL_ZONE_PX = 90;
const SCROLL_PX = 14;

/** Where a pointer would drop: near an edge of a tier between two, else onto it; below all is the rejects' place.
 * @param {DOMRect[]} tiers @param {DOMRect} rejects @param {number} y @returns {Place} */
export function placeAt(tiers, rejects, y) {
  if (y > rejects.top - 6) return { into: "rejects", at: 0 };
  for (const [at, { top, bottom, height }] of tiers.entries()) {
    const edge = Math.min(0.3 * height, EDGE_PX);
    if (y < top + edge) return { into: "gap", at };
    if (y <= bottom - edge) return { into: "tier", at };
  }
  return { into: "gap", at: tiers.length };
}

/**
 * @param {HTMLElement} list With `.tier`s, a `.rejects` and a `.marker`.
 * @param {(letter: string, place: Place) => void} onDrop
 */
export function makeDraggable(list, onDrop) {
  list.addEventListener("pointerdown", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    const card = /** @type {HTMLElement | null} */ (target.closest(".card"));
    const byHand = event.pointerType === "mouse" ? event.button === 0 : target.closest(".grip, .letter");
    if (card && byHand && !target.closest("textarea, a")) new Drag(list, card, event, onDrop);
  });
}

class Drag {
  #hasBegun = false;
  #y = 0;
  #x = 0;
  #frame = 0;
  #ends = new AbortController();

  /** @param {HTMLElement} list @param {HTMLElement} card @param {PointerEvent} event @param {(letter: string, place: Place) => void} onDrop */
  constructor(list, card, event, onDrop) {
    this.list = list;
    this.card = card;
    this.onDrop = onDrop;
    this.pointer = event.pointerId;
    this.from = { x: event.clientX + scrollX, y: event.clientY + scrollY };
    const { signal } = this.#ends;
    addEventListener("pointermove", (moved) => this.#move(moved), { signal });
    addEventListener("pointerup", (up) => up.pointerId === this.pointer && this.#end(true), { signal });
    addEventListener("pointercancel", () => this.#end(false), { signal });
    addEventListener("keydown", (key) => key.key === "Escape" && this.#end(false), { signal });
  }

  /** @param {PointerEvent} event */
  #move(event) {
    if (event.pointerId !== this.pointer) return;
    [this.#x, this.#y] = [event.clientX, event.clientY];
    const far = Math.hypot(this.#x + scrollX - this.from.x, this.#y + scrollY - this.from.y) > BEGINS_PX;
    if (!this.#hasBegun && far) this.#begin();
    if (this.#hasBegun) event.preventDefault();
  }

  #begin() {
    this.#hasBegun = true;
    this.card.classList.add("dragged");
    this.list.classList.add("dragging");
    const follow = () => {
      this.#draw();
      this.#frame = requestAnimationFrame(follow);
    };
    follow();
  }

  #draw() {
    if (this.#y < SCROLL_ZONE_PX) scrollBy(0, -SCROLL_PX);
    if (this.#y > innerHeight - SCROLL_ZONE_PX) scrollBy(0, SCROLL_PX);
    this.card.style.transform = `translate(${this.#x + scrollX - this.from.x}px, ${this.#y + scrollY - this.from.y}px)`;
    const { into, at } = this.#place;
    const tiers = this.#tiers;
    tiers.forEach((tier, index) => tier.classList.toggle("target", into === "tier" && index === at));
    this.list.querySelector(".rejects")?.classList.toggle("target", into === "rejects");
    const marker = /** @type {HTMLElement} */ (this.list.querySelector(".marker"));
    const top = this.list.getBoundingClientRect().top;
    const edge = at < tiers.length ? tiers[at].getBoundingClientRect().top - 5 : tiers.length ? tiers[at - 1].getBoundingClientRect().bottom + 5 : top + 20;
    marker.hidden = into !== "gap";
    marker.style.top = `${edge - top - 2}px`;
  }

  get #tiers() {
    return [...this.list.querySelectorAll(".tier")];
  }

  get #place() {
    const rejects = /** @type {HTMLElement} */ (this.list.querySelector(".rejects"));
    return placeAt(this.#tiers.map((tier) => tier.getBoundingClientRect()), rejects.getBoundingClientRect(), this.#y);
  }

  /** @param {boolean} isDropped */
  #end(isDropped) {
    this.#ends.abort();
    cancelAnimationFrame(this.#frame);
    if (!this.#hasBegun) return;
    const place = this.#place;
    this.card.classList.remove("dragged");
    this.card.style.transform = "";
    this.list.classList.remove("dragging");
    for (const target of this.list.querySelectorAll(".target")) target.classList.remove("target");
    /** @type {HTMLElement} */ (this.list.querySelector(".marker")).hidden = true;
    const click = new AbortController();
    addEventListener("click", (event) => event.stopPropagation(), { capture: true, signal: click.signal });
    setTimeout(() => click.abort());
    if (isDropped) this.onDrop(this.card.dataset.letter || "", place);
  }
}
