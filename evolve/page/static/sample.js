/** How a sample is shown: small on a card, large beside the list; sound by its drawing, with a playhead over it. */
import { h } from "./dom.js";

/** @typedef {import("./room.js").Room} Room */
/** @typedef {{left: number, right: number, seconds: number}} TimeAxis Shares of the picture's width. */

const is = {
  sound: (/** @type {SampleFile} */ file) => file.type.startsWith("audio/") && !file.type.includes("midi"),
  picture: (/** @type {SampleFile} */ file) => file.type.startsWith("image/"),
  film: (/** @type {SampleFile} */ file) => file.type.startsWith("video/"),
  page: (/** @type {SampleFile} */ file) => file.type.startsWith("text/html") || file.type === "application/pdf",
  text: (/** @type {SampleFile} */ file) => file.type.startsWith("text/") || file.type === "application/json",
};

/** @type {Map<string, Promise<string>>} */
const texts = new Map();

/** @param {string} url @returns {Promise<string>} */
function textOf(url) {
  const known = texts.get(url) || fetch(url).then((response) => (response.ok ? response.text() : ""), () => "");
  return texts.set(url, known).get(url) || known;
}

/** @param {Sample} sample */
const filesOf = (sample) => [sample.files[sample.first || ""], ...Object.values(sample.files)].filter(Boolean);

/** What is heard of a sample; none where it makes no sound.
 * @param {Sample} sample */
export const soundOf = (sample) => filesOf(sample).find(is.sound);

/** What is seen of it.
 * @param {Sample} sample @returns {SampleFile | undefined} */
const sightOf = (sample) => (soundOf(sample) ? filesOf(sample).find(is.picture) : filesOf(sample)[0]);

/** @param {Room} room @param {Maker} maker @param {Sample} sample @param {string} [more] */
const named = (room, maker, sample, more = "") => `${maker.letter}, ${room.state.words.sample} ${sample.index}${more}`;

/** A button that plays or shows a sample, with what is seen of it, and its heart.
 * @param {Room} room @param {Maker} maker @param {Sample} sample */
export function smallSample(room, maker, sample) {
  const sight = sightOf(sample);
  const isSound = Boolean(soundOf(sample));
  const text = sight && !isSound && is.text(sight) && !is.page(sight) ? h("span", { class: "excerpt" }) : null;
  if (text && sight) textOf(sight.url).then((words) => { text.textContent = words.slice(0, 160); });
  const picture = sight && !isSound && is.picture(sight) && h("img", { src: sight.url, alt: "", loading: "lazy", draggable: "false" });
  const look = h("button", { class: `look ${isSound ? "play" : "seen"}`, "data-sample": sample.index, onclick: () => room.open(maker, sample),
    onpointerenter: () => room.prime(sample) }, picture || text || h("span", { class: "glyph" }), h("span", { class: "number" }, String(sample.index)));
  return h("div", { class: "sample", "data-key": `${maker.letter} ${sample.index}` }, look, heart(room, maker, sample));
}

/** Candidates can be loved, ancestors were.
 * @param {Room} room @param {Maker} maker @param {Sample} sample */
export function heart(room, maker, sample) {
  if (!room.candidate(maker.letter)) return "";
  return h("button", { class: "heart", "data-heart": sample.index, "aria-label": `Love ${named(room, maker, sample)}`,
    onclick: () => room.take({ do: "heart", letter: maker.letter, sample: sample.index }) }, "♥");
}

/** Marks what plays, what was heard, what is loved.
 * @param {Room} room @param {Maker} maker @param {HTMLElement} element */
export function markSamples(room, maker, element) {
  const { player, words } = { player: room.player, words: room.state.words };
  for (const sample of maker.samples) {
    const isPlaying = player.isPlaying && player.now !== null && player.now.letter === maker.letter && player.now.sample.index === sample.index;
    const heard = room.listening.of(maker.letter, sample.index);
    const was = heard.plays || heard.seconds >= 1;
    for (const look of element.querySelectorAll(`.look[data-sample="${sample.index}"]`)) {
      look.classList.toggle("playing", isPlaying);
      look.classList.toggle("heard", Boolean(was));
      const told = was ? `, ${words.judged}, ${Math.round(heard.seconds)} s` : `, not ${words.judged} yet`;
      look.setAttribute("aria-label", `${soundOf(sample) ? (isPlaying ? "Pause" : "Play") : "Look at"} ${named(room, maker, sample, told)}`);
      look.setAttribute("title", `${words.sample} ${sample.index}${told}`);
    }
    for (const button of element.querySelectorAll(`[data-heart="${sample.index}"]`)) button.setAttribute("aria-pressed", String(room.loves(maker.letter, sample.index)));
  }
}

/** A sample as large as there is room: its picture, text, film, sandboxed page, or the drawing of its sound.
 * @param {Room} room @param {Maker} maker @param {Sample} sample */
export function largeSample(room, maker, sample) {
  const sight = sightOf(sample);
  const name = named(room, maker, sample);
  if (!sight) return h("p", { class: "faint" }, sample.line);
  if (soundOf(sample)) return roll(room, maker, sample, sight);
  if (is.picture(sight)) return h("img", { class: "picture", src: sight.url, alt: `${name}: ${sample.line}`, draggable: "false" });
  if (is.film(sight)) return h("video", { class: "picture", src: sight.url, controls: true, preload: "metadata", "aria-label": name });
  if (is.page(sight)) return h("iframe", { class: "document", sandbox: "", src: sight.url, title: name, loading: "lazy" });
  if (!is.text(sight)) return h("p", {}, h("a", { href: `${sight.url}?download`, download: true }, `Download ${name}`));
  const text = h("div", { class: "text", tabindex: "0", role: "region", "aria-label": name });
  textOf(sight.url).then((words) => { text.textContent = words; });
  return text;
}

/** The drawing of a sound; a click plays from there.
 * @param {Room} room @param {Maker} maker @param {Sample} sample @param {SampleFile} sight */
function roll(room, maker, sample, sight) {
  const head = h("div", { class: "playhead", hidden: true });
  const picture = h("img", { src: sight.url, alt: `What ${named(room, maker, sample)} looks like: ${sample.line}`, loading: "lazy", draggable: "false" });
  const figure = h("div", { class: "roll", "data-key": `${maker.letter} ${sample.index}`, onclick: async (event) => {
    const axis = await axisOf(sight);
    const box = picture.getBoundingClientRect();
    const at = (/** @type {MouseEvent} */ (event).clientX - box.left) / box.width;
    if (axis) room.playFrom(maker, sample, Math.max(0, ((at - axis.left) / (axis.right - axis.left)) * axis.seconds));
  } }, picture, head);
  return figure;
}

/** Puts the playhead where the sound is.
 * @param {Room} room @param {ParentNode} within */
export async function drawPlayhead(room, within) {
  const { now, position } = room.player;
  for (const figure of within.querySelectorAll(".roll")) {
    const head = /** @type {HTMLElement} */ (figure.querySelector(".playhead"));
    const isHere = now !== null && /** @type {HTMLElement} */ (figure).dataset.key === `${now.letter} ${now.sample.index}`;
    const sight = isHere && now ? sightOf(now.sample) : undefined;
    const axis = sight && (await axisOf(sight));
    head.hidden = !axis;
    if (axis) head.style.left = `${100 * (axis.left + (axis.right - axis.left) * Math.min(1, position / axis.seconds))}%`;
  }
}

/** Where time lies in a drawing that says so.
 * @param {SampleFile} sight @returns {Promise<TimeAxis | null>} */
async function axisOf(sight) {
  if (!sight.type.startsWith("image/svg")) return null;
  const root = ((await textOf(sight.url)).match(/<svg[^>]*>/) || [""])[0];
  const number = (/** @type {string} */ name) => Number((root.match(new RegExp(`${name}="([\\d.]+)"`)) || [0, NaN])[1]);
  const width = Number((root.match(/viewBox="[-\d.]+ [-\d.]+ ([\d.]+)/) || [0, NaN])[1]);
  const axis = { left: number("data-start") / width, right: number("data-end") / width, seconds: number("data-seconds") };
  return axis.right > axis.left && axis.seconds > 0 ? axis : null;
}

/** Links to its files, and to what is made of it on demand.
 * @param {Sample} sample */
export function downloads(sample) {
  const files = Object.entries(sample.files).map(([kind, { url, bytes }]) =>
    h("a", { href: `${url}?download`, download: true, title: `${Math.max(1, Math.round(bytes / 1024))} KB` }, kind));
  const made = Object.entries(sample.renderings || {}).map(([name, url]) => h("a", { href: url, target: "_blank", rel: "noopener" }, `${name} ↗`));
  return h("p", { class: "files" }, ...made, ...files);
}
