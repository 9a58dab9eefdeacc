/** Elements, words and requests, as all of the page uses them. Texts become text nodes, never markup. */

/** @typedef {Record<string, string | number | boolean | EventListener | null | undefined>} Props */

/**
 * An element: `h("button", {class: "play", onclick: act, "aria-label": "play"}, "text", child)`.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag @param {Props} [props] @param {(Node | string | null | undefined | false)[]} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
  element.append(.../** @type {(Node | string)[]} */ (children.filter((child) => child !== null && child !== undefined && child !== false)));
  return element;
}

/** @param {string} id @returns {HTMLElement} */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no #${id}`);
  return element;
}

/** @param {number} seconds */
export const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

/** @param {number} seconds */
export const roughly = (seconds) => (seconds < 90 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`);

/** @param {number} count @param {string} one @param {string} [several] */
export const counted = (count, one, several = `${one}s`) => `${count} ${count === 1 ? one : several}`;

/** `A`, `A and B`, `A, B and C`.
 * @param {(string | number)[]} words */
export const listed = (words) => [words.slice(0, -1).join(", "), ...words.slice(-1)].filter((part) => part !== "").join(" and ");

/** Says it to whoever reads the page by ear.
 * @param {string} text */
export function say(text) {
  byId("said").textContent = text;
}

/** Shows a line above everything until the next one; empty takes it away.
 * @param {string} text */
export function notice(text) {
  byId("notice").textContent = text;
  byId("notice").hidden = !text;
}

/** What the server refused, in its own line. */
export class Refused extends Error {
  /** @param {number} status @param {any} answer */
  constructor(status, answer) {
    super((answer && answer.error) || `the server answered ${status}`);
    this.status = status;
    this.answer = answer;
  }
}

/**
 * The server's answer; with a body it is a POST.
 * @param {string} path @param {unknown} [body] @returns {Promise<any>}
 */
export async function ask(path, body) {
  const post = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), keepalive: true };
  const response = await fetch(path, body === undefined ? {} : post);
  const answer = response.status === 204 ? null : await response.json().catch(() => null);
  if (!response.ok) throw new Refused(response.status, answer);
  return answer;
}

/** Shows a dialog that closes by Escape, its cross, or a button in it.
 * @param {string} title @param {(Node | string)[]} children */
export function openDialog(title, ...children) {
  /** @type {HTMLDialogElement} */
  const dialog = h("dialog", { "aria-label": title }, h("header", {}, h("h2", {}, title),
    h("button", { class: "plain", "aria-label": "Close", onclick: () => dialog.close() }, "✕")), ...children);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** What a click on a button does; what the server refuses is told above.
 * @param {() => Promise<unknown>} act */
export const asking = (act) => () => {
  act().catch((error) => notice(error instanceof Refused ? error.message : "The server does not answer. Try again in a moment."));
};
