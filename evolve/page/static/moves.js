/** What a drop does to an order, at once and as the server will keep it; and how orders are said. */
import { listed } from "./dom.js";

const PLACES = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"];

/** @param {string} a @param {string} b */
const byLetter = (a, b) => a.length - b.length || (a < b ? -1 : 1);

/** The ballot after a step that says what comes of it; of all others only the server knows.
 * @param {Draft} draft @param {Step} step @returns {Draft} */
export function applied(draft, step) {
  if (step.do === "order") return { ...draft, tiers: step.tiers, rejected: step.rejected };
  if (step.do === "comment") return { ...draft, comments: { ...draft.comments, [step.letter]: step.text } };
  if (step.do !== "heart") return draft;
  const others = draft.favourites.filter(([letter, sample]) => letter !== step.letter || sample !== step.sample);
  return { ...draft, favourites: others.length < draft.favourites.length ? others : [...others, [step.letter, step.sample]] };
}

/** The order after a drop.
 * @param {Order} order @param {string} letter @param {DropTarget} target @returns {Order} */
export function dropped({ tiers, rejected }, letter, { into, at }) {
  const others = tiers.map((tier) => tier.filter((other) => other !== letter));
  const rest = rejected.filter((other) => other !== letter);
  if (into === "rejects") rest.push(letter);
  if (into === "tier") others[at] = [...others[at], letter].sort(byLetter);
  if (into === "gap") others.splice(at, 0, [letter]);
  return { tiers: others.filter((tier) => tier.length), rejected: rest.sort(byLetter) };
}

/** @param {Order} a @param {Order} b */
export const isSameOrder = (a, b) => JSON.stringify([a.tiers, a.rejected]) === JSON.stringify([b.tiers, b.rejected]);

/** @param {Draft} a @param {Draft} b */
export function isSameBallot(a, b) {
  const said = (/** @type {Draft} */ { favourites, comments }) => JSON.stringify([favourites.map(String).sort(), Object.entries(comments).sort()]);
  return isSameOrder(a, b) && said(a) === said(b);
}

/** `second`, `tied first with C`, `rejected`.
 * @param {Order} order @param {string} letter */
export function placeInWords({ tiers, rejected }, letter) {
  if (rejected.includes(letter)) return "rejected";
  const at = tiers.findIndex((tier) => tier.includes(letter));
  const rank = tiers.slice(0, at).flat().length;
  const others = (tiers[at] || []).filter((other) => other !== letter);
  const place = PLACES[rank] || `in place ${rank + 1}`;
  if (!others.length) return place;
  return tiers.length === 1 && others.length > 2 ? "tied with all others" : `tied ${place} with ${listed(others)}`;
}

/** `C is best, then A and B tied. E is rejected.`
 * @param {Order} order */
export function orderInWords({ tiers, rejected }) {
  const [first, ...rest] = tiers.map((tier) => listed(tier) + (tier.length > 1 ? " tied" : ""));
  const best = rest.length === 0 ? `${first}, nothing else is said` : tiers[0].length > 1 ? `${first} for best` : `${first} is best`;
  const ranked = first ? `${[best, ...rest.map((each) => `then ${each}`)].join(", ")}.` : "";
  return ranked + (rejected.length ? ` ${listed(rejected)} ${rejected.length === 1 ? "is" : "are"} rejected.` : "");
}
