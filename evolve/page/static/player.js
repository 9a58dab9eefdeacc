/** One player for the whole page: two decks, so that switching leaves no gap; passages, a tour, a level meter. */
import { byId, clock, say } from "./dom.js";

const TOUR_S = 15;
const TICK_MS = 100;

/** @typedef {{letter: string, sample: Sample, url: string}} Playing */

export class Player {
  #decks = [new Audio(), new Audio()];
  #on = 0;
  /** @type {AnalyserNode | null} */
  #analyser = null;
  /** @type {AudioContext | null} */
  #context = null;
  /** @type {number[]} of a passage: no mark, its begin, or both */
  #passage = [];
  /** @type {{stops: Playing[], at: number, from: number} | null} */
  #tour = null;
  #ticked = 0;

  /** @param {{heard: (letter: string, sample: number, plays: number, seconds: number) => void, changed: () => void}} told */
  constructor(told) {
    this.told = told;
    /** @type {Playing | null} */
    this.now = null;
    for (const deck of this.#decks) {
      deck.preload = "metadata";
      for (const name of ["play", "pause", "durationchange"]) deck.addEventListener(name, () => this.#changed());
      deck.addEventListener("ended", () => this.#ended());
      deck.addEventListener("error", () => deck === this.#deck && deck.src && say("This sound cannot be played."));
    }
    setInterval(() => this.#tick(), TICK_MS);
    this.#wire();
  }

  get #deck() {
    return this.#decks[this.#on];
  }

  get isPlaying() {
    return !this.#deck.paused;
  }

  get position() {
    return this.#deck.currentTime;
  }

  get duration() {
    return Number.isFinite(this.#deck.duration) ? this.#deck.duration : 0;
  }

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
    if (this.now && this.now.url === url) return;
    if (spare.getAttribute("src") !== url) spare.src = url;
  }

  /** Plays from the start, or on from where the last one was; what plays already is stopped.
   * @param {Playing} wanted @param {number} [from] */
  play(wanted, from) {
    if (from === undefined) this.#tour = null;
    if (from === undefined && this.now && this.now.url === wanted.url) return this.toggle();
    const keep = this.now && (this.#isSamePlace || this.#passage.length === 2) ? this.position : 0;
    const before = this.#deck;
    this.prime(wanted.url);
    if (!this.now || this.now.url !== wanted.url) this.#on = 1 - this.#on;
    this.now = wanted;
    this.#begin(from === undefined ? keep : from);
    if (before !== this.#deck) before.pause();
    this.told.heard(wanted.letter, wanted.sample.index, 1, 0);
    return undefined;
  }

  toggle() {
    if (!this.now) return;
    if (this.isPlaying) this.#deck.pause();
    else this.#begin(this.duration && this.position >= this.duration - 0.05 ? 0 : this.position);
  }

  /** @param {number} seconds */
  seek(seconds) {
    this.#deck.currentTime = Math.max(0, Math.min(seconds, this.duration || seconds));
    this.#changed();
  }

  stop() {
    this.#tour = null;
    this.#deck.pause();
  }

  /** Marks where a passage begins, then where it ends, then plays on without it. */
  mark() {
    const here = this.position;
    this.#passage = this.#passage.length === 2 ? [] : [...this.#passage, here].sort((a, b) => a - b);
    if (this.#passage.length === 2 && this.#passage[1] - this.#passage[0] < 0.3) this.#passage = [];
    say(["The whole is played.", "A passage begins here; press again where it ends.", "The passage is repeated."][this.#passage.length]);
    this.#changed();
  }

  /** Plays fifteen seconds of each; again: stops.
   * @param {Playing[]} stops */
  tour(stops) {
    if (this.#tour) return this.stop();
    this.#tour = { stops, at: -1, from: this.now && this.#isSamePlace ? this.position : 0 };
    return this.#next();
  }

  get isTouring() {
    return Boolean(this.#tour);
  }

  #next() {
    const tour = this.#tour;
    if (!tour) return;
    tour.at += 1;
    if (tour.at >= tour.stops.length) {
      this.stop();
      say("The tour is over.");
      return;
    }
    say(`Tour: ${tour.stops[tour.at].letter}`);
    this.play(tour.stops[tour.at], tour.from);
  }

  /** @param {number} from */
  #begin(from) {
    this.#connect();
    const deck = this.#deck;
    const [a, b] = this.#passage;
    const start = b !== undefined && (from < a || from >= b) ? a : from;
    if (deck.readyState > 0 || start === 0) deck.currentTime = Math.min(start, this.duration || start);
    else deck.addEventListener("loadedmetadata", () => { deck.currentTime = Math.min(start, Math.max(0, deck.duration - 1)); }, { once: true });
    deck.play().catch(() => undefined);
  }

  /** On a click, as browsers want it. */
  #connect() {
    if (!this.#context) {
      this.#context = new AudioContext({ latencyHint: "interactive" });
      this.#analyser = this.#context.createAnalyser();
      this.#analyser.connect(this.#context.destination);
      for (const deck of this.#decks) this.#context.createMediaElementSource(deck).connect(this.#analyser);
    }
    if (this.#context.state === "suspended") this.#context.resume();
  }

  #ended() {
    if (this.#passage.length === 2) this.#begin(this.#passage[0]);
    else if (this.#tour) this.#next();
    else this.#changed();
  }

  #tick() {
    const elapsed_s = (performance.now() - this.#ticked) / 1000;
    this.#ticked = performance.now();
    if (!this.isPlaying || !this.now) return;
    this.told.heard(this.now.letter, this.now.sample.index, 0, Math.min(elapsed_s, 1));
    if (this.#passage.length === 2 && this.position >= this.#passage[1]) this.seek(this.#passage[0]);
    if (this.#tour && this.position - this.#tour.from >= TOUR_S) this.#next();
    this.#draw();
  }

  get #isSamePlace() {
    return /** @type {HTMLInputElement} */ (byId("same-place")).checked;
  }

  #wire() {
    const place = /** @type {HTMLInputElement} */ (byId("same-place"));
    place.checked = localStorage.getItem("same-place") === "yes";
    place.addEventListener("change", () => localStorage.setItem("same-place", place.checked ? "yes" : "no"));
    byId("toggle").addEventListener("click", () => this.toggle());
    byId("loop").addEventListener("click", () => this.mark());
    byId("seek").addEventListener("input", (event) => this.seek(Number(/** @type {HTMLInputElement} */ (event.target).value)));
  }

  #changed() {
    this.#draw();
    this.told.changed();
  }

  /** Where it is, as the bar shows it. */
  #draw() {
    const seek = /** @type {HTMLInputElement} */ (byId("seek"));
    const [a, b] = this.#passage;
    const share = (/** @type {number} */ seconds) => `${(100 * seconds) / (this.duration || 1)}%`;
    seek.max = String(this.duration || 1);
    seek.value = String(this.position);
    seek.setAttribute("aria-valuetext", `${clock(this.position)} of ${clock(this.duration)}`);
    byId("time").textContent = `${clock(this.position)} / ${clock(this.duration)}`;
    byId("timeline").style.setProperty("--from", a === undefined ? "0%" : share(a));
    byId("timeline").style.setProperty("--to", a === undefined ? "0%" : b === undefined ? `calc(${share(a)} + 2px)` : share(b));
    byId("loop").textContent = ["Repeat from here", "… to here", "Repeating · all"][this.#passage.length];
    byId("loop").setAttribute("aria-pressed", String(this.#passage.length === 2));
    byId("toggle").textContent = this.isPlaying ? "❚❚" : "▶";
    byId("toggle").setAttribute("aria-label", this.isPlaying ? "Pause" : "Play");
    byId("level").style.setProperty("--level", String(this.level));
  }
}
