"""The full-screen judge: keys in, steps and pages out."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from prompt_toolkit.application import Application
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.layout import FormattedTextControl, Layout, Window

from evolve.errors import EvolveError
from evolve.judging.ballot import Ballot, Candidate
from evolve.judging.draft import BallotDraft, Heart, Move, Order, Step
from evolve.judging.moves import Action
from evolve.judging.pairwise import Answer, next_question
from evolve.judging.player import Player
from evolve.judging.terminal.facts import song_file
from evolve.judging.terminal.keys import BINDINGS, Command
from evolve.judging.terminal.list_page import paint_list
from evolve.judging.terminal.overlay_pages import paint_help, paint_roll
from evolve.judging.terminal.painting import STYLE, Line
from evolve.judging.terminal.pairs_page import paint_pairs
from evolve.judging.terminal.view import Page, View

Save = Callable[[list[dict[str, Any]]], None]
"""Given all steps so far, after each change."""

More = Callable[[str], Candidate | None]
"""Of a candidate's id, the candidate with one more song; None when it has no other."""

_REFRESH_S = 0.5
"""How soon the screen notices that a song has ended."""

_ESCAPE_S = 0.1
"""How long an escape waits for the rest of a key's sequence."""


class Screen:
    """The judge's pages, from the first key to the ballot."""

    def __init__(self, view: View, *, save: Save, player: Player, more: More) -> None:
        self.view = view if view.cursor in view.rows else replace(view, cursor=view.rows[0])
        self._save = save
        self._find_more = more
        self._player = player
        self._commands = self._list_commands()
        self._application: Application[Ballot | None] = Application(
            layout=Layout(Window(FormattedTextControl(self._paint, show_cursor=False), always_hide_cursor=True)),
            key_bindings=self._bindings(),
            style=STYLE,
            full_screen=True,
            refresh_interval=_REFRESH_S,
        )
        self._application.ttimeoutlen = self._application.timeoutlen = _ESCAPE_S

    def run(self) -> tuple[Ballot, str] | None:
        """The finished ballot and how it was made, or None when the listener stops to come back later.

        Raises:
            KeyboardInterrupt: On Ctrl-C, with the screen as it was before.
            EvolveError: A step could not be saved.
        """
        ballot = self._application.run(handle_sigint=False)  # else one that is sent, not typed, would go unheard
        return None if ballot is None else (ballot, self.view.draft.method)

    def _bindings(self) -> KeyBindings:
        bindings = KeyBindings()
        for binding in BINDINGS:
            for keys in binding.keys:
                bindings.add(*keys.split(), eager=" " not in keys and keys != "escape")(self._handler(binding.command))
        return bindings

    def _handler(self, command: Command) -> Callable[[KeyPressEvent], None]:
        def handle(event: KeyPressEvent) -> None:
            number = int(event.data) if command is Command.PLAY_NUMBER else None
            try:
                self._obey(command, number)
            except EvolveError as error:  # a step that could not be saved ends the sitting, in the caller's words
                if not event.app.future or not event.app.future.done():
                    event.app.exit(exception=error)

        return handle

    def _paint(self) -> StyleAndTextTuples:
        self._look_at_player()
        size = self._application.output.get_size()
        return [*self._page(size.columns, size.rows)]

    def _page(self, columns: int, rows: int) -> Line:
        view, question = self.view, self.view.question
        match view.page:
            case Page.HELP:
                return paint_help(columns, rows)
            case Page.ROLL:
                return paint_roll(view, columns, rows)
            case Page.PAIRS if question:
                return paint_pairs(view, question, columns, rows)
            case _:
                return paint_list(view, columns, rows)

    def _obey(self, command: Command, number: int | None) -> None:
        if command is Command.INTERRUPT:
            self._application.exit(exception=KeyboardInterrupt)
        elif number is not None:
            self._play_number(number)
        elif self.view.overlay is not None:
            self._obey_over(self.view.overlay, command)
        elif command in self._commands:
            self._commands[command]()

    def _obey_over(self, overlay: Page, command: Command) -> None:
        """A key while another page lies on top: it acts there, or takes the page away."""
        acts = {Command.PREVIOUS, Command.NEXT, Command.PREVIOUS_SONG, Command.NEXT_SONG, Command.PLAY, Command.HEART}
        if overlay is Page.ROLL and command in acts:
            self._commands[command]()
        elif overlay is Page.CONFIRM and command in (Command.YES, Command.DONE):
            self._application.exit(result=self.view.draft.ballot)
        else:
            self.view = self.view.over(None)

    def _list_commands(self) -> Mapping[Command, Callable[[], None]]:
        def look(steps: int) -> Callable[[], None]:
            return lambda: self._show(self.view.looking(steps))

        def song(steps: int) -> Callable[[], None]:
            return lambda: self._show(self.view.listening_to(self.view.song + steps))

        def move(action: Action) -> Callable[[], None]:
            return lambda: self._move(action)

        everyone = len(self.view.candidates)
        return {
            Command.PREVIOUS: look(-1),
            Command.NEXT: look(1),
            Command.FIRST: look(-everyone),
            Command.LAST: look(everyone),
            Command.PREVIOUS_SONG: song(-1),
            Command.NEXT_SONG: song(1),
            Command.UP: move(Action.UP),
            Command.DOWN: move(Action.DOWN),
            Command.TOP: move(Action.TOP),
            Command.BOTTOM: move(Action.BOTTOM),
            Command.TIE: self._tie,
            Command.REJECT: self._reject,
            Command.HEART: self._love,
            Command.MORE: self._more,
            Command.PLAY: lambda: self._play(self.view.song, toggle=True),
            Command.ROLL: lambda: self._show(self.view.over(Page.ROLL)),
            Command.HELP: lambda: self._show(self.view.over(Page.HELP)),
            Command.UNDO: self._undo,
            Command.REDO: self._redo,
            Command.DONE: self._done,
            Command.LATER: lambda: self._application.exit(result=None),
        }

    def _show(self, view: View) -> None:
        self.view = view

    def _move(self, action: Action) -> None:
        if self.view.question:
            self.view = self.view.looking(-1 if action in (Action.UP, Action.TOP) else 1)
        else:
            self._take(Move(action, self.view.cursor))

    def _tie(self) -> None:
        if self.view.question:
            self._answer(None)
            return
        tier = next((tier for tier in self.view.draft.ballot.tiers if self.view.cursor in tier), ())
        first = not tier or tier[0] == self.view.cursor
        self._take(Move(Action.TIE if first else Action.UNTIE, self.view.cursor))

    def _reject(self) -> None:
        if self.view.question:
            self.view = self.view.saying("after the last question you can reject whom you like")
            return
        row = self.view.rows.index(self.view.cursor)
        back = self.view.cursor in self.view.draft.ballot.rejected
        self._take(Move(Action.UNREJECT if back else Action.REJECT, self.view.cursor), row=None if back else row)

    def _love(self) -> None:
        song = self.view.current_song
        if song is None:
            self.view = self.view.saying(f"{self.view.candidate.letter} has no song {self.view.song} to love")
        else:
            self._take(Heart(self.view.cursor, song.index))

    def _more(self) -> None:
        """One more song of the candidate under the cursor, which takes a moment to become sound."""
        try:
            fuller = self._find_more(self.view.cursor)
        except EvolveError as error:
            self.view = self.view.saying(str(error))
            return
        if fuller is None:
            self.view = self.view.saying(f"{self.view.candidate.letter} has no more songs")
        else:
            self.view = self.view.with_more(fuller)

    def _answer(self, better: str | None) -> None:
        question = self.view.question
        if question is None:
            return
        self._take(Answer(question.a, question.b, better))
        settled = next_question(self.view.draft.ids, self.view.draft.answers)
        if isinstance(settled, Ballot):
            ballot = settled.keeping_favourites_of(self.view.draft.ballot)
            self._keep(self.view.draft.apply(Order(ballot, "pairs")))
            self.view = self.view.saying("all questions are answered: change what you like, then press enter")

    def _done(self) -> None:
        if self.view.question:
            self._answer(self.view.cursor)
        else:
            self.view = self.view.over(Page.CONFIRM)

    def _take(self, step: Step, *, row: int | None = None) -> None:
        """One more step, saved; a step that changes nothing says so."""
        after = self.view.draft.apply(step)
        if after is self.view.draft:
            self.view = self.view.saying("nothing changes")
        else:
            self._keep(after, row=row)

    def _undo(self) -> None:
        before = self.view.draft.undo()
        if before is self.view.draft:
            self.view = self.view.saying("nothing to undo")
            return
        undone = self.view.draft.steps[-1]
        if self.view.pairs and isinstance(undone, Order) and before.answers:
            before = before.undo()  # The order came with the last answer, and goes with it.
        self._keep(before)

    def _redo(self) -> None:
        after = self.view.draft.redo()
        if after is self.view.draft:
            self.view = self.view.saying("nothing to redo")
            return
        if self.view.pairs and after.undone and isinstance(after.undone[0], Order):
            after = after.redo()
        self._keep(after)

    def _keep(self, draft: BallotDraft, *, row: int | None = None) -> None:
        self._save(draft.to_json())
        self.view = self.view.saying("").with_draft(draft, row=row)

    def _play_number(self, number: int) -> None:
        if number not in self.view.songs[self.view.cursor]:
            self.view = self.view.saying(f"{self.view.candidate.letter} has no song {number} to play")
            return
        self.view = self.view.listening_to(number)
        self._play(number, toggle=False)

    def _play(self, number: int, *, toggle: bool) -> None:
        """Plays a song of the candidate under the cursor; when that very song plays, `toggle` stops it."""
        key = (self.view.cursor, number)
        song = self.view.current_song
        if toggle and key == self.view.playing:
            self._player.stop()
            self.view = replace(self.view, playing=None, notice="")
        elif song is None or not song_file(song):
            self.view = self.view.saying(f"{self.view.candidate.letter} has no song {number} to play")
        else:
            self._player.play(song.files.get("audio", next(iter(song.files.values()))))
            self.view = replace(self.view, playing=key, heard=self.view.heard | {key}, notice="")
            self._look_at_player()

    def _look_at_player(self) -> None:
        """Notices that a song has ended, or that it could not be played."""
        if self.view.playing is None or self._player.playing:
            return
        candidate, index = self.view.playing
        song = next(each for each in self.view.candidates[candidate].songs if each.index == index)
        trouble = self._player.trouble
        heard = self.view.heard - {self.view.playing} if trouble else self.view.heard
        self.view = replace(self.view, playing=None, heard=heard)
        if trouble:
            self.view = self.view.saying(f"{song_file(song)}: {trouble}")
