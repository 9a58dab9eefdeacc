"""The full-screen judge: keys in, steps and pages out."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from prompt_toolkit.application import Application
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.layout import FormattedTextControl, Layout, Window

from evolve.errors import EvolveError
from evolve.judging.draft import Action, BallotDraft, Heart, Move, Order, Step
from evolve.judging.pairwise import PairAnswer, next_question
from evolve.judging.player import Player
from evolve.judging.terminal.keys import BINDINGS, OVER_PREVIEW, KeyCommand
from evolve.judging.terminal.pages import paint_help, paint_list, paint_pairs, paint_preview
from evolve.judging.terminal.painting import STYLE, Line
from evolve.judging.terminal.view import More, ScreenPage, View, told_path
from evolve.presentation import is_played, judged_file
from evolve.records.ballot import Ballot

Save = Callable[[list[dict[str, Any]]], None]
"""Given all steps so far, after each change."""

Played = Callable[[str, int], None]
"""Given the id and the number of each sample that is played."""

_REFRESH_S = 0.5
"""How soon the screen notices that a sample has ended."""

_ESCAPE_S = 0.1
"""How long an escape waits for the rest of a key's sequence."""


class Screen:
    """The judge's pages, from the first key to the ballot."""

    def __init__(self, view: View, *, save: Save, player: Player, played: Played, more: More) -> None:
        self.view = view if view.cursor in view.rows else replace(view, cursor=view.rows[0])
        self._save, self._played = save, played
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

    def _handler(self, command: KeyCommand) -> Callable[[KeyPressEvent], None]:
        def handle(event: KeyPressEvent) -> None:
            number = int(event.data) if command is KeyCommand.PLAY_NUMBER else None
            try:
                self._obey(command, number)
            except EvolveError as error:  # a step that could not be saved ends the session, in the caller's words
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
            case ScreenPage.HELP:
                return paint_help(view, columns, rows)
            case ScreenPage.PREVIEW:
                return paint_preview(view, columns, rows)
            case ScreenPage.PAIRS if question:
                return paint_pairs(view, question, columns, rows)
            case _:
                return paint_list(view, columns, rows)

    def _obey(self, command: KeyCommand, number: int | None) -> None:
        if command is KeyCommand.INTERRUPT:
            self._application.exit(exception=KeyboardInterrupt)
        elif number is not None:
            self._play_number(number)
        elif self.view.overlay is not None:
            self._obey_over(self.view.overlay, command)
        elif command in self._commands:
            self._commands[command]()

    def _obey_over(self, overlay: ScreenPage, command: KeyCommand) -> None:
        """A key while another page lies on top: it acts there, or takes the page away."""
        if overlay is ScreenPage.PREVIEW and command in OVER_PREVIEW:
            self._commands[command]()
        elif overlay is ScreenPage.CONFIRM and command in (KeyCommand.YES, KeyCommand.DONE):
            self._application.exit(result=self.view.draft.ballot)
        else:
            self.view = self.view.over(None)

    def _list_commands(self) -> Mapping[KeyCommand, Callable[[], None]]:
        def look(steps: int) -> Callable[[], None]:
            return lambda: self._show(self.view.looking(steps))

        def sample(steps: int) -> Callable[[], None]:
            return lambda: self._show(self.view.choosing(self.view.number + steps))

        def move(action: Action) -> Callable[[], None]:
            return lambda: self._move(action)

        everyone = len(self.view.candidates)
        return {
            KeyCommand.PREVIOUS: look(-1),
            KeyCommand.NEXT: look(1),
            KeyCommand.FIRST: look(-everyone),
            KeyCommand.LAST: look(everyone),
            KeyCommand.PREVIOUS_SAMPLE: sample(-1),
            KeyCommand.NEXT_SAMPLE: sample(1),
            KeyCommand.UP: move(Action.UP),
            KeyCommand.DOWN: move(Action.DOWN),
            KeyCommand.TOP: move(Action.TOP),
            KeyCommand.BOTTOM: move(Action.BOTTOM),
            KeyCommand.TIE: self._tie,
            KeyCommand.REJECT: self._reject,
            KeyCommand.HEART: self._love,
            KeyCommand.MORE: self._more,
            KeyCommand.PLAY: lambda: self._play(self.view.number, toggle=True),
            KeyCommand.PREVIEW: lambda: self._show(self.view.over(ScreenPage.PREVIEW)),
            KeyCommand.HELP: lambda: self._show(self.view.over(ScreenPage.HELP)),
            KeyCommand.UNDO: self._undo,
            KeyCommand.REDO: self._redo,
            KeyCommand.DONE: self._done,
            KeyCommand.LATER: lambda: self._application.exit(result=None),
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
        else:
            self._take(Move(Action.TIE, self.view.cursor))

    def _reject(self) -> None:
        if self.view.question:
            self.view = self.view.saying("after the last question you can reject whom you like")
            return
        row = self.view.rows.index(self.view.cursor)
        back = self.view.cursor in self.view.draft.ballot.rejected
        self._take(Move(Action.UNREJECT if back else Action.REJECT, self.view.cursor), row=None if back else row)

    def _love(self) -> None:
        if self.view.sample is None:
            self._say_none(self.view.number, "love")
        else:
            self._take(Heart(self.view.cursor, self.view.number))

    def _say_none(self, number: int, purpose: str) -> None:
        view = self.view
        self.view = view.saying(f"{view.candidate.letter} has no {view.wording.sample} {number} to {purpose}")

    def _more(self) -> None:
        """One more sample of the candidate under the cursor, which may take a moment to be made."""
        try:
            fuller = self._find_more(self.view.cursor)
        except EvolveError as error:
            self.view = self.view.saying(str(error))
            return
        if fuller is None:
            self.view = self.view.saying(f"{self.view.candidate.letter} has no more {self.view.wording.sample}s")
        else:
            self.view = self.view.with_more(fuller)

    def _answer(self, better: str | None) -> None:
        question = self.view.question
        if question is None:
            return
        self._take(PairAnswer(question.a, question.b, better))
        settled = next_question(self.view.draft.ids, self.view.draft.answers)
        if isinstance(settled, Ballot):
            ballot = settled.keeping_comments_and_favourites_of(self.view.draft.ballot)
            self._keep(self.view.draft.apply(Order(ballot, "pairs")))
            self.view = self.view.saying("all questions are answered: change what you like, then press enter")

    def _done(self) -> None:
        if self.view.question:
            self._answer(self.view.cursor)
        else:
            self.view = self.view.over(ScreenPage.CONFIRM)

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
        if self.view.pairs and isinstance(self.view.draft.steps[-1], Order) and before.answers:
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
        if number not in self.view.numbers[self.view.cursor]:
            self._say_none(number, self.view.wording.play)
            return
        self.view = self.view.choosing(number)
        self._play(number, toggle=False)

    def _play(self, number: int, *, toggle: bool) -> None:
        """Plays or opens a sample of the candidate under the cursor; when that very one plays, `toggle` stops it."""
        key = (self.view.cursor, number)
        path = judged_file(self.view.presentation, self.view.sample.files) if self.view.sample else None
        if toggle and key == self.view.playing:
            self._player.stop()
            self.view = replace(self.view, playing=None, notice="")
        elif path is None:
            self._say_none(number, self.view.wording.play)
        else:
            self._player.play(path)
            self.view = replace(self.view, playing=key, heard=self.view.heard | {key}, notice="")
            self._look_at_player()
            if key in self.view.heard:  # else it could not be played
                self._played(*key)

    def _look_at_player(self) -> None:
        """Notices that a sample has ended, or that it could not be played; a viewer may have gone its own way."""
        if self.view.playing is None or self._player.playing:
            return
        sample, trouble = self.view.sample_at(self.view.playing), self._player.trouble
        path = told_path(self.view.presentation, sample) if sample else ""
        heard = self.view.heard - {self.view.playing} if trouble else self.view.heard
        self.view = replace(self.view, playing=None, heard=heard)
        if trouble or not is_played(path):
            self.view = self.view.saying(f"{path}: {trouble or 'opened'}")
