/** The listening room: asks what stage the run is in, shows that stage, and goes on with it. */
import { ask, byId, h, notice } from "./dom.js";
import { commandOf, showKeys } from "./keys.js";
import { FamilyPage, showListeners, showTime } from "./owner.js";
import { RankingPage } from "./ranking.js";
import { Room } from "./room.js";
import { Board, Message } from "./stages.js";

let shown = "";

/** @param {Room} room @param {import("./room.js").View} view @param {string} key */
function show(room, view, key) {
  shown = key;
  room.view = view;
  byId("main").replaceChildren(view.element);
  room.changed();
}

/** @param {Room} room */
function showFamily(room, title = "The family so far") {
  show(room, new FamilyPage(room, title, () => { shown = ""; follow(room, room.state); }), "family");
}

/** Shows what the run's state asks for.
 * @param {Room} room @param {State} state */
async function follow(room, state) {
  const before = room.state;
  room.state = state;
  showHead(room);
  const wantsSession = state.stage === "ranking" || (state.stage === "evaluating" && state.can_hear.length > room.session.candidates.length);
  const isNew = room.session.generation !== state.generation || before.stage !== state.stage || state.version !== before.version;
  if (wantsSession && isNew) room.begin(await ask("/api/session"));
  const key = `${state.stage} ${state.generation}`;
  if (shown === key || (shown === "family" && before.stage === state.stage)) return room.changed();
  notice("");
  if (state.stage !== "ranking" && state.stage !== "evaluating") room.player.stop();
  if (state.stage === "ranking") return show(room, new RankingPage(room), key);
  if (state.stage === "preparing" || state.stage === "evaluating") return show(room, new Board(room), key);
  if (state.stage === "complete" && state.me.is_owner) return showFamily(room, "The run is complete: its last generation, and where it comes from");
  return show(room, new Message(room), key);
}

/** @param {Room} room */
function showHead(room) {
  const { run, generation, generations, me, stage } = room.state;
  document.title = `${run}: ${stage === "ranking" ? "your turn" : stage}`;
  byId("run").textContent = run;
  byId("where").textContent = `generation ${generation} of ${generations - 1}${me.is_owner ? "" : ` · ${me.name}`}`;
  const button = (/** @type {string} */ text, /** @type {() => void} */ act) => h("button", { class: "plain", onclick: act }, text);
  if (byId("menu").childElementCount) return;
  if (me.is_owner) byId("menu").append(button("Listeners", () => showListeners(room)), button("Family", () => showFamily(room)));
  byId("menu").append(button("Time", () => showTime(room)), button("Keys", () => showKeys(room.state.words)));
}

/** @param {Room} room @param {KeyboardEvent} event */
function onKey(room, event) {
  const digit = /^[1-9]$/.test(event.key) && !event.ctrlKey && !event.altKey && !document.querySelector("dialog[open]") && !(event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement);
  const command = commandOf(event);
  if (digit) room.openNumber(Number(event.key));
  else if (command === "help") showKeys(room.state.words);
  else if (command === "seek") room.player.seek(room.player.position + (event.key === "," ? -5 : 5));
  else if (command && room.keeper) room.command(command);
  if (command || digit) event.preventDefault();
}

async function begin() {
  const room = new Room(await ask("/api/state"));
  const events = new EventSource("/api/events");
  events.addEventListener("state", (event) => follow(room, JSON.parse(/** @type {MessageEvent} */ (event).data)).catch(() => undefined));
  events.addEventListener("open", () => { byId("offline").hidden = true; room.keeper?.retry(); });
  events.addEventListener("error", () => { byId("offline").hidden = false; });
  addEventListener("keydown", (event) => onKey(room, event));
  addEventListener("beforeunload", (event) => { if (room.keeper && !room.keeper.isAllKept) event.preventDefault(); });
  addEventListener("focus", () => room.state.stage === "ranking" && ask("/api/session").then((session) => room.begin(session), () => undefined));
  setInterval(() => {
    const { view, state, listening, chosen, sample } = room;
    if (state.stage !== "ranking" || !view) return;
    listening.second();
    if (!state.words.is_heard && chosen && !document.hidden) listening.add(chosen, sample, 0, 1);
  }, 1000);
  await follow(room, room.state);
}

begin().catch((error) => notice(`The page could not begin: ${error.message} Load it again.`));
