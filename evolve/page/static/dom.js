/** Elements, words and requests, as all of the page uses them. Texts become text nodes, never markup. */

/** An element: `h("button", {class: "play", onclick: act, "aria-label": "play"}, "text", child)`.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag @param {Record<string, string | number | boolean | EventListener | null | undefined>} [props]
 * @param {(Node | string | false)[]} children @returns {HTMLElementTagNameMap[K]} */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
  element.append(...children.filter(/** @returns {child is Node | string} */ (child) => child !== false));
  return element;
}

/** @param {string} id @returns {any} */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no #${id}`);
  return element;
}

/** All elements that match, or none.
 * @type {(within: ParentNode, selector: string) => HTMLElement[]} */
export const all = (within, selector) => [...within.querySelectorAll(selector)].map((each) => /** @type {HTMLElement} */ (each));

/** @param {number} seconds */
export const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

/** @param {number} seconds */
export const roughly = (seconds) => (seconds < 90 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`);

/** @param {number} count @param {string} one @param {string} [several] */
export const counted = (count, one, several = `${one}s`) => `${count} ${count === 1 ? one : several}`;

/** `A`, `A and B`, `A, B and C`.
 * @type {(words: (string | number)[]) => string} */
export const listed = (words) => [words.slice(0, -1).join(", "), ...words.slice(-1)].filter((part) => part !== "").join(" and ");

/** Says it to whoever reads the page by ear.
 * @type {(text: string) => void} */
export const say = (text) => { byId("said").textContent = text; };

/** Shows a line above everything, or in the dialog that is open, until the next one; empty takes it away.
 * @type {(text: string) => void} */
export function notice(text) {
  const place = /** @type {HTMLElement | null} */ (document.querySelector("dialog[open] .wrong")) || byId("notice");
  place.textContent = text;
  place.hidden = !text;
}

/** What the server refused, in its own line; it may take it later, or from whoever comes in again, unless that is final. */
export class Refused extends Error {
  /** @param {number} status @param {any} answer */
  constructor(status, answer) {
    super(answer?.error || `the server answered ${status}`);
    this.answer = answer;
    this.isStranger = status === 401;
    this.isFinal = status < 500 && ![401, 408].includes(status);
  }
}

/** The server's answer; with a body it is a POST.
 * @param {string} path @param {unknown} [body] @returns {Promise<any>} */
export async function ask(path, body) {
  const post = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), keepalive: true };
  const response = await fetch(path, body === undefined ? {} : post);
  const answer = response.status === 204 ? null : await response.json().catch(() => null);
  if (!response.ok) throw new Refused(response.status, answer);
  return answer;
}

/** What a click on a button does; what the server refuses is told above.
 * @type {(act: () => Promise<unknown>) => () => void} */
export const asking = (act) => () => {
  act().catch((error) => notice(error instanceof Refused ? error.message : "The server does not answer. Try again in a moment."));
};

export const closeDialogs = () => document.querySelectorAll("dialog").forEach((dialog) => dialog.close());

/** Shows a dialog that closes by Escape, its cross, or a click beside it.
 * @type {(title: string, ...children: (Node | string | false)[]) => HTMLDialogElement} */
export function openDialog(title, ...children) {
  const close = h("button", { class: "plain", "aria-label": "Close", onclick: () => dialog.close() }, "✕");
  /** @type {HTMLDialogElement} */
  const dialog = h("dialog", { "aria-label": title }, h("header", {}, h("h2", {}, title), close),
    h("p", { class: "wrong", role: "alert", hidden: true }), ...children);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}
