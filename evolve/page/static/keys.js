/** Which key does what: as in the terminal, where a page can. */
import { h, openDialog } from "./dom.js";

/** @typedef {import("./room.js").Command} Command */

/** @type {[keys: string[], shown: string, help: string, command: Command][]} */
const BINDINGS = [
  [["k", "ArrowUp"], "↑ k", "the candidate above", "previous"],
  [["j", "ArrowDown"], "↓ j", "the candidate below", "next"],
  [["Home", "g"], "home g", "the first", "first"],
  [["End", "G"], "end G", "the last", "last"],
  [["K", "Shift ArrowUp", "Alt ArrowUp", "Control ArrowUp"], "shift ↑ K", "move it up (also alt, ctrl)", "up"],
  [["J", "Shift ArrowDown", "Alt ArrowDown", "Control ArrowDown"], "shift ↓ J", "move it down", "down"],
  [["<"], "<", "move it to the top", "top"],
  [[">"], ">", "move it to the bottom", "bottom"],
  [["=", "t"], "= t", "tie it with the one above, or part them; of a pair: equal", "tie"],
  [["x", "Delete"], "x", "reject it, or take it back", "reject"],
  [["h", "ArrowLeft"], "← h", "the {sample} before", "previousSample"],
  [["l", "ArrowRight"], "→ l", "the next {sample}", "nextSample"],
  [[" ", "p"], "space p", "play or open the chosen {sample}, or stop", "play"],
  [["f", "♥"], "f", "love the chosen {sample}, or no longer; it breaks a tie", "heart"],
  [["m", "+"], "m", "one more {sample} of it", "more"],
  [["c"], "c", "write a note on it", "note"],
  [[",", "."], ", .", "five seconds back, or on", "seek"],
  [["b"], "b", "repeat from here; again: to here; again: all", "passage"],
  [["o"], "o", "tour: fifteen seconds of each", "tour"],
  [["u", "Control z"], "u", "undo", "undo"],
  [["U", "Control y", "Control Z", "Control r"], "U", "redo", "redo"],
  [["Enter"], "enter", "done: shows the order and asks; of a pair: this one is better", "done"],
  [["?", "F1"], "?", "these keys", "help"],
];

/** @type {Map<string, Command>} */
const COMMANDS = new Map(BINDINGS.flatMap(([keys, , , command]) => keys.map((key) => /** @type {[string, Command]} */ ([key, command]))));

/** The command of a key, unless it is typed into a field, belongs to a dialog, or presses a button.
 * @param {KeyboardEvent} event */
export function commandOf(event) {
  const target = /** @type {HTMLElement} */ (event.target);
  if (event.metaKey || event.isComposing || document.querySelector("dialog[open]")) return undefined;
  if (target.matches("textarea, select, input:not([type=checkbox])")) return undefined;
  const presses = (event.key === " " || event.key === "Enter") && target.matches("button:not(.letter), a, summary, input");
  if (presses) return undefined;
  const shift = event.shiftKey && event.key.startsWith("Arrow") ? "Shift " : "";
  return COMMANDS.get(`${event.ctrlKey ? "Control " : ""}${event.altKey ? "Alt " : ""}${shift}${event.key}`);
}

/** @param {Words} words */
export function showKeys(words) {
  const filled = (/** @type {string} */ text) => text.replace("{sample}", words.sample);
  const seen = BINDINGS.filter(([, , , command]) => words.is_heard || !["seek", "passage", "tour"].includes(command));
  const rows = seen.map(([, shown, help]) => h("div", {}, h("dt", {}, ...shown.split(" ").map((key) => h("kbd", {}, key))), h("dd", {}, filled(help))));
  const digits = h("div", {}, h("dt", {}, h("kbd", {}, "1"), "…", h("kbd", {}, "9")), h("dd", {}, filled("play or open that {sample}")));
  openDialog("The keys", h("dl", { class: "keys" }, ...rows, digits));
}
