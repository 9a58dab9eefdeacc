"""Reading MIDI files: evolve against music21 and pretty_midi.

Each reads the same files from disk, in one process, to all notes with pitch, onset, duration and loudness: evolve to a
`Song`, in which they are columns of numbers, checked, sorted and on its grid; music21 to a `Score` (forceSource, so not
from its own cache) and pretty_midi to a `PrettyMIDI`, in which each note is an object. evolve makes such objects only
where one is asked for, which is not timed here. All take their turn in each round; what counts is processor time, and
the median of the rounds. Beforehand, and off the clock, the script compares how many notes each finds.

    python -m benchmarks.reading_midi                      # on fiddle tunes that evolve writes as MIDI
    python -m benchmarks.reading_midi --files nottingham/  # on your own files
"""

import argparse
import contextlib
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.pairing import Paired, cpu_s, table, use_one_thread

BAR = {"music21": 500, "pretty_midi": 10}
"""How many times faster than each we want to be."""

LARGEST_DIFFERENCE = 0.02
"""Share of the notes that two readers may count differently: see `Reader.count`."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who reads MIDI files.

    Attributes:
        name: As in its table row.
        read: Reads one file to whatever it makes of it; this is what is timed.
        count: The notes of what it made. Tied notes count once. Counts differ a little where a pitch is struck while
            it still sounds: evolve ends the note before there and drops one of two that are struck at once.
    """

    name: str
    read: Callable[[Path], Any]
    count: Callable[[Any], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; 1 when the readers do not find the same notes."""
    options = _parser().parse_args(arguments)
    use_one_thread()
    warnings.simplefilter("ignore")
    with contextlib.ExitStack() as stack:
        folder = options.files or stack.enter_context(_fiddle_tunes(options.count))
        files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in {".mid", ".midi"})[: options.count]
        if not files:
            print(f"no .mid or .midi files in {folder}", file=sys.stderr)
            return 1
        readers = [_evolve(), _music21(), _pretty_midi()]
        # The first reading, off the clock, also warms everybody up.
        counts = [sum(reader.count(reader.read(path)) for path in files) for reader in readers]
        rounds = [[_time_s(reader, files) for reader in readers] for _ in range(options.rounds)]
    print(f"{len(files)} files of {options.files or 'fiddle tunes, written as MIDI by evolve'}\n")
    print(_table(readers, counts, rounds, len(files)))
    return 0 if _agree(counts) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "benchmarks.reading_midi", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--files", type=Path, help="folder of MIDI files (default: fiddle tunes written for this)")
    parser.add_argument("--count", type=int, default=60, help="how many files, by name (default: 60)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds in which each takes its turn (default: 5)")
    return parser


@contextlib.contextmanager
def _fiddle_tunes(count: int) -> Iterator[Path]:
    """A folder with the first built-in tunes as MIDI files."""
    from evolve.domains.music.midi import write_midi  # noqa: PLC0415
    from evolve.domains.music.reading import read_songs  # noqa: PLC0415
    from evolve.domains.music.sources import FIDDLE_TUNES  # noqa: PLC0415 - after the threads are set

    with tempfile.TemporaryDirectory() as name:
        for path in FIDDLE_TUNES.files()[:count]:
            Path(name, f"{path.stem}.mid").write_bytes(write_midi(read_songs(path)[0]))
        yield Path(name)


def _evolve() -> Reader:
    from evolve.domains.music.reading import read_songs  # noqa: PLC0415 - after the threads are set

    return Reader("evolve", read_songs, lambda songs: sum(len(song.notes) for song in songs))


def _music21() -> Reader:
    from music21 import converter  # noqa: PLC0415 - a second and a half, which --help does without

    def count(score: Any) -> int:  # noqa: ANN401 - music21's Score
        return sum(len(element.pitches) for element in score.stripTies().flatten().notes)

    return Reader("music21", lambda path: converter.parse(path, forceSource=True), count)


def _pretty_midi() -> Reader:
    import pretty_midi  # noqa: PLC0415 - of the group "bench" alone

    def count(score: Any) -> int:  # noqa: ANN401 - a PrettyMIDI
        return sum(len(instrument.notes) for instrument in score.instruments if not instrument.is_drum)

    return Reader("pretty_midi", lambda path: pretty_midi.PrettyMIDI(str(path)), count)


def _time_s(reader: Reader, files: Sequence[Path]) -> float:
    return cpu_s(lambda: [reader.read(path) for path in files])


def _table(readers: Sequence[Reader], counts: Sequence[int], rounds: Sequence[Sequence[float]], files: int) -> str:
    """Processor time a file and how many times faster evolve is, a row a reader."""
    columns = [tuple(column) for column in zip(*rounds, strict=True)]
    rows = []
    for reader, notes, column in zip(readers, counts, columns, strict=True):
        faster = f"{Paired(columns[0], column).ratio:,.0f}" if reader.name in BAR else ""
        time = f"{median(column) / files * 1000:.2f}"
        rows.append((reader.name, f"{notes:,}", time, faster, str(BAR.get(reader.name, "")), str(len(rounds))))
    return table(("reader", "notes", "CPU ms a file", "evolve is faster by", "bar", "rounds"), rows)


def _agree(counts: Sequence[int]) -> bool:
    return max(counts) - min(counts) <= LARGEST_DIFFERENCE * max(counts)


if __name__ == "__main__":
    sys.exit(main())
