/** One player for the whole page: two decks, so that switching leaves no gap; a passage, a tour, a level meter. */
import { byId, clock, say } from "./dom.js";

const TOUR_S = 15;
const TICK_MS = 100;
const SHORTEST_PASSAGE_S = 0.3;

export class Player {
  #decks = [new Audio(), new Audio()];
  #on = 0;
  /** @type {AnalyserNode | null} */
  #analyser = null;
  /** @type {number[]} of a passage: no mark, its begin, or both */
  #passage = [];
  /** @type {{stops: Playing[], at: number, from: number} | null} */
  #tour = null;
  #ticked = 0;
  /** @type {Playing | null} */
  now = null;

  /** @param {(now: Playing, plays: number, seconds: number) => void} heard @param {() => void} changed */
  constructor(heard, changed) {
    this.heard = heard;
    this.changed = changed;
    for (const deck of this.#decks) {
      deck.preload = "metadata";
      for (const name of ["play", "pause", "durationchange"]) deck.addEventListener(name, () => this.#show());
      deck.addEventListener("ended", () => this.#ended());
      deck.addEventListener("error", () => deck === this.#deck && deck.src && say("This sound cannot be played."));
    }
    setInterval(() => this.#tick(), TICK_MS);
    byId("same-place").checked = localStorage.getItem("same-place") === "yes";
    byId("same-place").addEventListener("change", () => localStorage.setItem("same-place", byId("same-place").checked ? "yes" : "no"));
    byId("toggle").addEventListener("click", () => this.toggle());
    byId("loop").addEventListener("click", () => this.mark());
    byId("seek").addEventListener("input", () => this.seek(Number(byId("seek").value)));
  }

  get #deck() { return this.#decks[this.#on]; }

  get isPlaying() { return !this.#deck.paused; }

  get isTouring() { return this.#tour !== null; }

  get position() { return this.#deck.currentTime; }

  get #duration() { return Number.isFinite(this.#deck.duration) ? this.#deck.duration : 0; }

  /** The loudest of the last instant, 0 to 1. */
  get level() {
    if (!this.#analyser || !this.isPlaying) return 0;
    const wave = new Float32Array(this.#analyser.fftSize);
    this.#analyser.getFloatTimeDomainData(wave);
    return Math.min(1, wave.reduce((most, value) => Math.max(most, Math.abs(value)), 0));
  }

  /** Fetches the first bytes of what may be played next.
   * @param {string} url */
  prime(url) {
    const spare = this.#decks[1 - this.#on];
    if (this.now?.url !== url && spare.getAttribute("src") !== url) spare.src = url;
  }

  /** Plays, and stops what plays already, a tour as well; from the start, or on from where the last one was.
   * @param {Playing} wanted @param {number} [from] */
  play(wanted, from) {
    this.#tour = null;
    if (from === undefined && this.now?.url === wanted.url) this.toggle();
    else this.#start(wanted, from ?? (this.now && (byId("same-place").checked || this.#passage.length === 2) ? this.position : 0));
  }

  /** Seeking in what plays already is no other play.
   * @param {Playing} wanted @param {number} from */
  #start(wanted, from) {
    const before = this.#deck;
    if (this.now?.url !== wanted.url) {
      this.prime(wanted.url);
      this.#on = 1 - this.#on;
      this.heard(wanted, 1, 0);
    }
    this.now = wanted;
    this.#begin(from);
    if (before !== this.#deck) before.pause();
    // The rest of it must not take the link from what is wanted now; what has come whole is kept, for going to and fro.
    if (before !== this.#deck && before.networkState === HTMLMediaElement.NETWORK_LOADING) before.src = "";
  }

  toggle() {
    if (this.isPlaying) this.stop();
    else if (this.now) this.#begin(this.position < this.#duration - 0.05 ? this.position : 0);
  }

  stop() {
    this.#tour = null;
    this.#deck.pause();
  }

  /** Forgets what was played. */
  clear() {
    this.stop();
    [this.now, this.#passage] = [null, []];
    for (const deck of this.#decks) { deck.removeAttribute("src"); deck.load(); }
    this.#show();
  }

  /** @param {number} seconds */
  seek(seconds) {
    this.#deck.currentTime = Math.max(0, Math.min(seconds, this.#duration || seconds));
    this.#show();
  }

  /** Marks where a passage begins, then where it ends, then plays on without it. */
  mark() {
    this.#passage = this.#passage.length === 2 ? [] : [...this.#passage, this.position].sort((a, b) => a - b);
    if (this.#passage[1] - this.#passage[0] < SHORTEST_PASSAGE_S) this.#passage = [];
    say(["The whole is played.", "A passage begins here; press again where it ends.", "The passage is repeated."][this.#passage.length]);
    this.#show();
  }

  /** Plays fifteen seconds of each; again: stops.
   * @param {Playing[]} stops */
  tour(stops) {
    if (this.#tour) return this.stop();
    this.#tour = { stops, at: -1, from: byId("same-place").checked ? this.position : 0 };
    return this.#next();
  }

  #next() {
    if (!this.#tour) return;
    this.#tour.at += 1;
    const stop = this.#tour.stops[this.#tour.at];
    say(stop ? `Tour: ${stop.name}` : "The tour is over.");
    if (stop) this.#start(stop, this.#tour.from);
    else this.stop();
  }

  /** @param {number} from */
  #begin(from) {
    this.#connect();
    const deck = this.#deck;
    const [a, b] = this.#passage;
    const start = b !== undefined && (from < a || from >= b) ? a : from;
    const seek = () => { deck.currentTime = Math.min(start, Math.max(0, deck.duration - 1)); };
    if (deck.readyState > 0) seek();
    else if (start > 0) deck.addEventListener("loadedmetadata", seek, { once: true });
    deck.play().catch(() => undefined);
  }

  /** On a click, as browsers want it. */
  #connect() {
    if (!this.#analyser) {
      const context = new AudioContext({ latencyHint: "interactive" });
      this.#analyser = context.createAnalyser();
      this.#analyser.connect(context.destination);
      for (const deck of this.#decks) context.createMediaElementSource(deck).connect(this.#analyser);
    }
    /** @type {AudioContext} */ (this.#analyser.context).resume();
  }

  #ended() {
    if (this.#passage.length === 2) this.#begin(this.#passage[0]);
    else if (this.#tour) this.#next();
  }

  #tick() {
    const elapsed_s = Math.min(1, (performance.now() - this.#ticked) / 1000);
    this.#ticked = performance.now();
    if (!this.isPlaying || !this.now) return;
    this.heard(this.now, 0, elapsed_s);
    if (this.position >= this.#passage[1]) this.seek(this.#passage[0]);
    if (this.#tour && this.position - this.#tour.from >= TOUR_S) this.#next();
    this.#draw();
  }

  #show() {
    this.#draw();
    this.changed();
  }

  /** Where it is, as the bar shows it. */
  #draw() {
    const [a, b] = this.#passage;
    const share = (/** @type {number} */ seconds) => `${(100 * seconds) / (this.#duration || 1)}%`;
    byId("seek").max = String(this.#duration || 1);
    byId("seek").value = String(this.position);
    byId("seek").setAttribute("aria-valuetext", `${clock(this.position)} of ${clock(this.#duration)}`);
    byId("time").textContent = `${clock(this.position)} / ${clock(this.#duration)}`;
    byId("timeline").style.setProperty("--from", share(a || 0));
    byId("timeline").style.setProperty("--to", a === undefined ? "0%" : b === undefined ? `calc(${share(a)} + 3px)` : share(b));
    byId("loop").textContent = ["Loop from here", "… to here", "Looping"][this.#passage.length];
    byId("loop").setAttribute("aria-pressed", String(this.#passage.length === 2));
    byId("toggle").textContent = this.isPlaying ? "❚❚" : "▶";
    byId("toggle").setAttribute("aria-label", this.isPlaying ? "Pause" : "Play");
    byId("level").style.setProperty("--level", String(this.level));
  }
}
