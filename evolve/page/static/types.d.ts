// What the server says and takes, and what the modules share, for `tsc --checkJs`; browsers never load this file.

interface Words { sample: string; samples: string; maker: string; makers: string; work: string; judged: string; attend: string; is_heard: boolean }
interface Member { place: number; status: "waiting" | "evaluating" | "evaluated" | "failed"; phase: string | null; epoch: number | null; epochs: number | null; loss: string | null; loss_word: string | null; seconds_left: number | null }
interface Progress { done: number; total: number; members: Member[]; seconds_left: number | null }
interface Listener { name: string; link: string; state: "away" | "begun" | "cast" }
interface Costs { spent_s: number; plays: number; candidates: number; samples: number; candidate_s: number; next: { seconds: number; words: string } }
interface State {
  run: string; domain: string; words: Words; me: { name: string; is_owner: boolean }; generation: number; generations: number; version: number;
  stage: "preparing" | "evaluating" | "ranking" | "cast" | "breeding" | "waiting" | "complete"; progress: Progress | null; notices: string[]; can_hear: string[];
  listeners: Listener[] | null; costs: Costs | null; agreement: { w: number; listeners: number } | null; go_on: string | null;
}

interface SampleFile { url: string; type: string; bytes: number }
interface Sample { index: number; line: string; files: Record<string, SampleFile>; first: string | null; renderings?: Record<string, string> }
/** Whoever has samples: a candidate by its letter, or an ancestor by its id. */
interface Maker { name: string; samples: Sample[] }
interface Candidate { letter: string; samples: Sample[]; cells: string[]; can_more: boolean }
interface Heard { plays: number; seconds: number }
interface Order { tiers: string[][]; rejected: string[] }
interface Draft extends Order {
  favourites: [string, number][]; comments: Record<string, string>; heard: Record<string, Record<string, Heard>>;
  can_undo: boolean; can_redo: boolean; question: { a: string; b: string; left: number } | null; is_begun: boolean; version: number;
}
interface Session { generation: number; told: string; rule: string; longest_comment?: number; columns: { heading: string; help: string }[]; candidates: Candidate[]; ballot: Draft }
type Move = "up" | "down" | "top" | "bottom" | "tie" | "reject" | "unreject";
type Step = { do: Move; letter: string } | { do: "order"; tiers: string[][]; rejected: string[] } | { do: "answer"; a: string; b: string; better: string | null }
  | { do: "heart"; letter: string; sample: number } | { do: "comment"; letter: string; text: string } | { do: "best"; letters: string[] } | { do: "settle" | "undo" | "redo" };
interface Ranked { id: string; rank: number | null; rejected: boolean; again: boolean }
interface Generation { index: number; members: Ranked[] }
interface Individual {
  id: string; place: string; parents: string[]; genome: string; changed: string; samples: Sample[]; favourites: number[]; comments: { listener: string; text: string }[];
}

type Room = import("./room.js").Room;
type Command = Move | "previous" | "next" | "first" | "last" | "previousSample" | "nextSample" | "play" | "heart" | "more" | "comment" | "back" | "on" | "passage"
  | "tour" | "undo" | "redo" | "done" | "help";
/** What fills the page: `rows` are the letters that keys walk through, `command` takes those commands that mean something else here. */
interface View { element: HTMLElement; update(): void; rows?(): string[]; command?(command: Command): boolean }
/** Where a candidate is dropped: before tier `at`, or onto it. */
interface DropTarget { into: "gap" | "tier" | "rejects"; at: number }
/** What the player plays, or could. */
interface Playing { name: string; sample: Sample; url: string }
