/** The listening room: asks what stage the run is in, shows that stage, and goes on with it. */
import { Refused, ask, byId, closeDialogs, h, notice } from "./dom.js";
import { commandOf, showKeys } from "./keys.js";
import { FamilyPage, showListeners, showTime } from "./owner.js";
import { RankingPage } from "./ranking.js";
import { Room } from "./room.js";
import { Board, Message } from "./stages.js";

const COME_BACK_MS = 3000;

/** The stage and generation that are shown, or over which the family is. */
let shown = "";

/** @param {Room} room @param {View} view @param {string} key */
function show(room, view, key) {
  shown = key;
  room.view = view;
  byId("main").replaceChildren(h("h1", { class: "unseen" }, "Listening room"), view.element);
  room.changed();
}

/** @param {Room} room @param {string} [title] */
function showFamily(room, title = "The family so far") {
  const back = () => { shown = ""; room.follow(room.state); };
  show(room, new FamilyPage(room, title, back), `family ${keyOf(room.state)}`);
}

/** @param {State} state */
const keyOf = ({ stage, generation }) => `${stage} ${generation}`;

/** Shows what the run's state asks for.
 * @param {Room} room @param {State} told */
async function follow(room, told) {
  const state = room.state = told.stage === "cast" && room.isReopened ? { ...told, stage: "ranking" } : told;
  showHead(room);
  await takeSession(room, state);
  if (shown.endsWith(keyOf(state))) return room.changed();
  notice("");
  const isSameStill = ["ranking", "evaluating"].includes(state.stage) && shown.endsWith(` ${state.generation}`);
  if (shown && !isSameStill) closeDialogs();
  if (!isSameStill) room.player.clear();
  if (state.stage === "complete" && state.me.is_owner) return showFamily(room, "The run is complete");
  const View = { ranking: RankingPage, preparing: Board, evaluating: Board }[/** @type {string} */ (state.stage)] || Message;
  return show(room, new View(room), keyOf(state));
}

/** Asks for the candidates when there are others, or when the ballot was gone on with elsewhere.
 * @param {Room} room @param {State} state */
async function takeSession(room, state) {
  const isOther = room.session.generation !== state.generation || (room.keeper?.isAllKept && room.keeper.kept.version !== state.version);
  const isArriving = state.stage === "evaluating" && state.can_hear.length > 0 && (isOther || room.session.candidates.length !== state.can_hear.length);
  if (!isArriving && (state.stage !== "ranking" || (!isOther && shown === keyOf(state)))) return;
  const before = room.keeper?.kept;
  const session = await ask("/api/session");
  if (room.keeper?.kept === before || session.generation !== room.session.generation) room.begin(session);
}

/** @param {Room} room */
function showHead(room) {
  const { run, generation, generations, me, stage } = room.state;
  document.title = `${run}: ${stage === "ranking" ? "your turn" : stage}`;
  byId("run").textContent = run;
  byId("again").textContent = `evolve listen ${run}`;
  byId("where").textContent = `generation ${generation} (${generation + 1} of ${generations})${me.is_owner ? "" : ` · ${me.name}`}`;
  if (byId("menu").childElementCount) return;
  const button = (/** @type {string} */ text, /** @type {() => void} */ act) => h("button", { class: "plain", onclick: act }, text);
  if (me.is_owner) byId("menu").append(button("Listeners", () => showListeners(room)), button("Family", () => showFamily(room)));
  byId("menu").append(button("Time", () => showTime(room)), button("Keys", () => showKeys(room.state.words)));
}

/** @param {Room} room @param {KeyboardEvent} event */
function onKey(room, event) {
  const command = commandOf(event);
  if (command === undefined) return;
  if (command === "help") showKeys(room.state.words);
  else if (typeof command === "number") room.openNumber(command);
  else room.command(command);
  event.preventDefault();
}

/** A second of looking counts for what is chosen.
 * @param {Room} room */
function onSecond({ state, isHeard, listening, chosen, sample }) {
  if (state.stage !== "ranking") return;
  listening.second();
  if (!isHeard && chosen && !document.hidden) listening.add(chosen, sample, 0, 1);
}

/** Has the server tell of the run; where it lets this browser in no longer, or a proxy answers for it, that is tried again.
 * @param {Room} room */
function hearOf(room) {
  const events = new EventSource("/api/events");
  const isWrong = (isOffline = false, isStranger = false) => { [byId("offline").hidden, byId("stranger").hidden] = [!isOffline, !isStranger]; };
  events.addEventListener("state", ({ data }) => room.follow(JSON.parse(data)));
  events.addEventListener("open", () => { isWrong(); room.keeper?.send(); });
  events.addEventListener("error", async () => {
    const isEnded = events.readyState === EventSource.CLOSED;
    const answer = isEnded && await ask("/api/state").catch((error) => error);
    const isStranger = answer instanceof Refused && answer.isStranger;
    isWrong(!isStranger, isStranger);
    if (isEnded) setTimeout(() => hearOf(room), COME_BACK_MS);
  });
}

async function begin() {
  const room = new Room(await ask("/api/state"));
  let following = Promise.resolve();
  room.follow = (state) => { following = following.then(() => follow(room, state)).catch((error) => notice(error.message)); };
  hearOf(room);
  addEventListener("keydown", (event) => onKey(room, event));
  addEventListener("beforeunload", (event) => { if (room.keeper && !room.keeper.isAllKept) event.preventDefault(); });
  setInterval(() => onSecond(room), 1000);
  room.follow(room.state);
}

begin().catch((error) => notice(`The page could not begin: ${error.message}. Load it again.`));
