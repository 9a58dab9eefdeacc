/** Which key does what: as in the terminal, where a page can. */
import { h, openDialog } from "./dom.js";

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
  [["=", "t"], "= t", "tie it with those above; of a pair: equal", "tie"],
  [["x", "Delete"], "x", "reject it, or take it back", "reject"],
  [["h", "ArrowLeft"], "← h", "the {sample} before", "previousSample"],
  [["l", "ArrowRight"], "→ l", "the next {sample}", "nextSample"],
  [[" ", "p"], "space p", "{attend} the chosen {sample}, or no longer", "play"],
  [["f", "♥"], "f", "love the chosen {sample}, or no longer; it breaks a tie", "heart"],
  [["m", "+"], "m", "one more {sample} of it", "more"],
  [["c"], "c", "write a comment on it; escape leads back to the keys", "comment"],
  [[","], ",", "five seconds back", "back"],
  [["."], ".", "five seconds on", "on"],
  [["b"], "b", "repeat from here; again: to here; again: all", "passage"],
  [["o"], "o", "tour: fifteen seconds of each", "tour"],
  [["u", "Control z"], "u", "undo", "undo"],
  [["U", "Control y", "Control Z", "Control r"], "U", "redo", "redo"],
  [["Enter"], "enter", "done: shows the order and asks; of a pair: this one is better", "done"],
  [["?", "F1"], "?", "these keys", "help"],
];

/** @type {Set<Command>} */
const OF_SOUND = new Set(/** @type {Command[]} */ (["back", "on", "passage", "tour"]));
const COMMANDS = new Map(BINDINGS.flatMap(([keys, , , command]) => keys.map((key) => /** @type {[string, Command]} */ ([key, command]))));

/** What a key asks for: a command, the number of a sample, or nothing, as in a field, a dialog, or on a button.
 * @param {KeyboardEvent} event */
export function commandOf(event) {
  const target = /** @type {HTMLElement} */ (event.target);
  const isTyped = target.matches("textarea, select, input:not([type=checkbox])") || event.metaKey || event.isComposing;
  const isPressed = [" ", "Enter"].includes(event.key) && target.matches("button:not(.letter), a, summary, input");
  if (isTyped || isPressed || document.querySelector("dialog[open]")) return undefined;
  const held = [event.ctrlKey && "Control ", event.altKey && "Alt ", event.shiftKey && event.key.startsWith("Arrow") && "Shift "].filter(Boolean).join("");
  return /^[1-9]$/.test(held + event.key) ? Number(event.key) : COMMANDS.get(held + event.key);
}

/** @param {Words} words */
export function showKeys(words) {
  const row = (/** @type {string[]} */ keys, /** @type {string} */ help) =>
    h("div", {}, h("dt", {}, ...keys.map((key) => h("kbd", {}, key))), h("dd", {}, help.replace("{sample}", words.sample).replace("{attend}", words.attend)));
  const known = BINDINGS.filter(([, , , command]) => words.is_heard || !OF_SOUND.has(command));
  const rows = known.map(([, shown, help]) => row(shown.split(" "), help));
  openDialog("The keys", h("dl", { class: "keys" }, ...rows, row(["1", "…", "9"], "{attend} that {sample}")));
}
