/** Dragging cards by pointer: a mouse takes a card anywhere, a finger by its letter or grip, so that pages still scroll. */
import { all, byId } from "./dom.js";

const BEGINS_PX = 6;
const EDGE_PX = 28;
const SCROLL_ZONE_PX = 90;
const SCROLL_PX = 14;

/** Where a pointer would drop: near an edge of a tier between two, else onto it; below all is the rejects' place.
 * @param {DOMRect[]} tiers @param {DOMRect} rejects @param {number} y @returns {DropTarget} */
export function targetAt(tiers, rejects, y) {
  if (y > rejects.top - 6) return { into: "rejects", at: 0 };
  for (const [at, { top, bottom, height }] of tiers.entries()) {
    const edge = Math.min(0.3 * height, EDGE_PX);
    if (y < top + edge) return { into: "gap", at };
    if (y <= bottom - edge) return { into: "tier", at };
  }
  return { into: "gap", at: tiers.length };
}

/** @param {HTMLElement} list With `.tier`s, a `.rejects` and a `.marker`. @param {(letter: string, target: DropTarget) => void} onDrop */
export function makeDraggable(list, onDrop) {
  list.addEventListener("pointerdown", (event) => {
    const pressed = /** @type {HTMLElement} */ (event.target);
    const card = /** @type {HTMLElement | null} */ (pressed.closest(".card"));
    const isMeant = event.pointerType === "mouse" ? event.button === 0 : pressed.closest(".grip, .letter");
    if (card && isMeant) drag(list, card, event, onDrop);
  });
}

/** @param {HTMLElement} list @param {HTMLElement} card @param {PointerEvent} from @param {(letter: string, target: DropTarget) => void} onDrop */
function drag(list, card, from, onDrop) {
  const [rejects, marker] = [all(list, ".rejects")[0], all(list, ".marker")[0]];
  const start = { x: from.clientX + scrollX, y: from.clientY + scrollY };
  const done = new AbortController();
  let [x, y, frame] = [from.clientX, from.clientY, 0];
  const targetNow = () => targetAt(all(list, ".tier").map((tier) => tier.getBoundingClientRect()), rejects.getBoundingClientRect(), y);

  const follow = () => {
    if (y < SCROLL_ZONE_PX) scrollBy(0, -SCROLL_PX);
    if (y > innerHeight - byId("player").offsetHeight - SCROLL_ZONE_PX) scrollBy(0, SCROLL_PX);
    card.style.transform = `translate(${x + scrollX - start.x}px, ${y + scrollY - start.y}px)`;
    mark(list, rejects, marker, targetNow());
    frame = requestAnimationFrame(follow);
  };
  const move = (/** @type {PointerEvent} */ event) => {
    [x, y] = [event.clientX, event.clientY];
    if (frame || Math.hypot(x + scrollX - start.x, y + scrollY - start.y) < BEGINS_PX) return;
    card.classList.add("dragged");
    list.classList.add("dragging");
    follow();
  };
  const end = (/** @type {boolean} */ isDropped) => {
    done.abort();
    cancelAnimationFrame(frame);
    if (!frame) return;
    const target = targetNow();
    card.classList.remove("dragged");
    card.style.transform = "";
    list.classList.remove("dragging");
    mark(list, rejects, marker, { into: "tier", at: -1 });
    dropClick();
    if (isDropped) onDrop(card.dataset.letter || "", target);
  };
  addEventListener("pointermove", move, { signal: done.signal });
  addEventListener("pointerup", () => end(true), { signal: done.signal });
  addEventListener("pointercancel", () => end(false), { signal: done.signal });
  addEventListener("keydown", (event) => event.key === "Escape" && end(false), { signal: done.signal });
}

/** Shows where a card would fall.
 * @param {HTMLElement} list @param {HTMLElement} rejects @param {HTMLElement} marker @param {DropTarget} target */
function mark(list, rejects, marker, { into, at }) {
  const tiers = all(list, ".tier");
  tiers.forEach((tier, index) => tier.classList.toggle("target", into === "tier" && index === at));
  rejects.classList.toggle("target", into === "rejects");
  marker.hidden = into !== "gap";
  const tier = tiers[Math.min(Math.max(at, 0), tiers.length - 1)];
  marker.style.top = `${tier ? tier.offsetTop + (at < tiers.length ? -7 : tier.offsetHeight + 3) : 20}px`;
}

/** The click that ends a drag presses no button. */
function dropClick() {
  const done = new AbortController();
  addEventListener("click", (event) => event.stopPropagation(), { capture: true, signal: done.signal });
  setTimeout(() => done.abort());
}
