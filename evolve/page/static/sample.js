/** How a sample is shown: small on a card, large beside the list; sound by its drawing, with a playhead over it. */
import { all, h } from "./dom.js";

/** @type {Map<string, Promise<string>>} */
const texts = new Map();

/** @param {string} url @returns {Promise<string>} */
function textOf(url) {
  const text = texts.get(url) || fetch(url).then((response) => (response.ok ? response.text() : ""), () => "");
  texts.set(url, text);
  return text;
}

/** @param {SampleFile} file */
const isSound = (file) => file.type.startsWith("audio/") && !file.type.includes("midi");
/** @param {SampleFile} file */
const isPicture = (file) => file.type.startsWith("image/");
/** @param {SampleFile} file */
const isText = (file) => file.type.startsWith("text/") && !file.type.startsWith("text/html");

/** @param {Sample} sample */
const filesOf = (sample) => [sample.files[sample.first || ""], ...Object.values(sample.files)].filter(Boolean);

/** A candidate as a maker.
 * @type {(candidate: Candidate) => Maker} */
export const makerOf = ({ letter, samples }) => ({ name: letter, samples });

/** What is heard of a sample; none where it makes no sound.
 * @param {Sample} sample */
export const soundOf = (sample) => filesOf(sample).find(isSound);

/** What is seen of it: of a sound its drawing, one that says where time lies before others.
 * @param {Sample} sample @returns {SampleFile | undefined} */
function sightOf(sample) {
  if (!soundOf(sample)) return filesOf(sample)[0];
  const drawn = filesOf(sample).filter(isPicture);
  return drawn.find(({ type }) => type.startsWith("image/svg")) || drawn[0];
}

/** A small picture of it, where it is one.
 * @param {Sample} sample */
export function thumbOf(sample) {
  const sight = soundOf(sample) ? undefined : sightOf(sample);
  return sight !== undefined && isPicture(sight) && h("img", { src: sight.url, alt: "", loading: "lazy", draggable: "false" });
}

/** A button that plays or shows a sample, with what is seen of it, and its heart.
 * @param {Room} room @param {Maker} maker @param {Sample} sample */
export function smallSample(room, maker, sample) {
  const [sight, sound] = [sightOf(sample), soundOf(sample)];
  const excerpt = sight && !sound && isText(sight) && h("span", { class: "excerpt" });
  if (excerpt && sight) textOf(sight.url).then((text) => { excerpt.textContent = text.slice(0, 160); });
  const acts = { onclick: () => room.open(maker, sample), onpointerenter: () => sound && room.player.prime(sound.url) };
  const look = h("button", { class: `look ${sound ? "play" : "seen"}`, "data-sample": sample.index, ...acts },
    thumbOf(sample) || excerpt || h("span", { class: "glyph" }), h("span", { class: "number" }, String(sample.index)));
  return h("div", { class: "sample" }, look, heartOf(room, maker, sample));
}

/** Candidates can be loved; ancestors were.
 * @param {Room} room @param {Maker} maker @param {Sample} sample */
export function heartOf(room, maker, sample) {
  const love = () => room.take({ do: "heart", letter: maker.name, sample: sample.index });
  return room.canRank(maker.name) && h("button", { class: "heart", "data-heart": sample.index, onclick: love,
    "aria-label": `Love ${maker.name}, ${room.state.words.sample} ${sample.index}` }, "♥");
}

/** Marks what plays, what was heard, what is loved.
 * @param {Room} room @param {Maker} maker @param {HTMLElement} within */
export function markSamples(room, maker, within) {
  const { now, isPlaying } = room.player;
  const { name } = maker;
  for (const sample of maker.samples) {
    const { index } = sample;
    const isHere = isPlaying && now?.name === name && now.sample.index === index;
    const { plays, seconds } = room.listening.of(name, index);
    const title = `${name}, ${room.state.words.sample} ${index}${heardInWords(room, name, index)}`;
    for (const look of all(within, `.look[data-sample="${index}"]`)) {
      look.classList.toggle("playing", isHere);
      look.classList.toggle("heard", plays > 0 || seconds >= 1);
      look.classList.toggle("chosen", room.chosen === name && room.sample === index);
      look.setAttribute("aria-label", `${soundOf(sample) ? (isHere ? "Pause" : "Play") : "Look at"} ${title}`);
      look.title = title;
    }
    for (const heart of all(within, `[data-heart="${index}"]`)) heart.setAttribute("aria-pressed", String(room.loves(name, index)));
  }
}

/** @param {Room} room @param {string} name @param {number} sample */
function heardInWords(room, name, sample) {
  const { plays, seconds } = room.listening.of(name, sample);
  const { judged } = room.state.words;
  if (plays || seconds >= 1) return `, ${judged}${seconds >= 1 ? `, ${Math.round(seconds)} s` : ""}`;
  return room.candidate(name) ? `, not ${judged} yet` : "";
}

/** A sample as large as there is room: picture, text, film, sandboxed page, or the drawing of its sound.
 * @param {Room} room @param {Maker} maker @param {Sample} sample */
export function largeSample(room, maker, sample) {
  const sight = sightOf(sample);
  const name = `${maker.name}, ${room.state.words.sample} ${sample.index}`;
  if (!sight) return false;
  if (soundOf(sample)) return roll(room, maker, sample, sight);
  const open = () => room.open(maker, sample);
  if (isPicture(sight)) return h("img", { class: "picture", src: sight.url, alt: `${name}: ${sample.line}`, draggable: "false", onclick: open });
  if (sight.type.startsWith("video/")) return h("video", { class: "picture", src: sight.url, controls: true, preload: "metadata", "aria-label": name });
  if (!isText(sight)) return h("iframe", { class: "document", sandbox: "", src: sight.url, title: name, loading: "lazy" });
  const text = h("div", { class: "text", tabindex: "0", role: "region", "aria-label": name });
  textOf(sight.url).then((words) => { text.textContent = words; });
  return text;
}

/** The drawing of a sound; a click plays from there.
 * @param {Room} room @param {Maker} maker @param {Sample} sample @param {SampleFile} sight */
function roll(room, maker, sample, sight) {
  const picture = h("img", { src: sight.url, alt: `What ${maker.name} ${sample.index} looks like: ${sample.line}`, loading: "lazy", draggable: "false" });
  const playThere = async (/** @type {Event} */ event) => {
    const axis = await axisOf(sight);
    const { left, width } = picture.getBoundingClientRect();
    const at = (/** @type {MouseEvent} */ (event).clientX - left) / width;
    if (axis) room.open(maker, sample, Math.max(0, ((at - axis.left) / (axis.right - axis.left)) * axis.seconds));
  };
  return h("div", { class: "roll", "data-key": `${maker.name} ${sample.index}`, onclick: playThere }, picture, h("div", { class: "playhead", hidden: true }));
}

/** Puts the playhead where the sound is.
 * @param {Playing | null} now @param {number} position */
export async function drawPlayhead(now, position) {
  for (const figure of all(document, ".roll")) {
    const head = /** @type {HTMLElement} */ (figure.querySelector(".playhead"));
    const sight = now && figure.dataset.key === `${now.name} ${now.sample.index}` ? sightOf(now.sample) : undefined;
    const axis = sight && (await axisOf(sight));
    head.hidden = !axis;
    if (axis) head.style.left = `${100 * (axis.left + (axis.right - axis.left) * Math.min(1, position / axis.seconds))}%`;
  }
}

/** Where time lies in a drawing that says so, as shares of its width.
 * @param {SampleFile} sight */
async function axisOf(sight) {
  if (!sight.type.startsWith("image/svg")) return null;
  const [root] = (await textOf(sight.url)).match(/<svg[^>]*>/) || [""];
  const number = (/** @type {RegExp} */ pattern) => Number((root.match(pattern) || [])[1]);
  const width = number(/viewBox="[-\d.]+ [-\d.]+ ([\d.]+)/);
  const axis = { left: number(/data-start="([\d.]+)"/) / width, right: number(/data-end="([\d.]+)"/) / width, seconds: number(/data-seconds="([\d.]+)"/) };
  return axis.right > axis.left && axis.seconds > 0 ? axis : null;
}

/** Links to its files, and to what is made of it on demand.
 * @param {Sample} sample */
export function linksOf(sample) {
  const files = Object.entries(sample.files).map(([kind, { url, bytes }]) =>
    h("a", { href: `${url}?download`, download: true, title: `Save it: ${Math.ceil(bytes / 1024)} KB` }, `↓ ${kind}`));
  const made = Object.entries(sample.renderings || {}).map(([name, url]) => h("a", { href: url, target: "_blank", rel: "noopener" }, `${name} ↗`));
  return h("p", { class: "files" }, ...made, ...files);
}
