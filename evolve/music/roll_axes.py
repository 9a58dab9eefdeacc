"""What the axes of a piano roll show: a span of pitches, round times, and bars."""

from evolve.music.song import TICKS_PER_BEAT, Song

FEWEST_PITCHES = 30
PITCHES_BESIDE = 2
TIME_STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600)
SILENT_SONG_PITCH = 60


def pitch_span(song: Song) -> tuple[int, int]:
    """The lowest and the highest pitch to show: those that sound, two beside them, and never a sliver."""
    pitches = song.notes.pitches.tolist() or [SILENT_SONG_PITCH]
    lowest, highest = min(pitches) - PITCHES_BESIDE, max(pitches) + PITCHES_BESIDE
    missing = max(0, FEWEST_PITCHES - (highest - lowest + 1))
    return lowest - missing // 2, highest + missing - missing // 2


def first_ticks(song: Song) -> int:
    """When its first note starts, and its sound with it; 0 without notes."""
    return int(song.notes.onsets_ticks[0]) if len(song.notes) else 0


def left_ticks(song: Song) -> int:
    """Where the picture of a song begins: with the beat of its first note."""
    beat = max(1, song.metre.beat_ticks)
    return first_ticks(song) // beat * beat


def first_bar_ticks(song: Song) -> int:
    """Where the bar begins that is counted as the first: the bar of an upbeat is not."""
    bar = song.metre.bar_ticks
    return bar if 0 < first_ticks(song) < bar else 0


def ticks_per_s(song: Song) -> float:
    """How many ticks a second has."""
    return song.tempo_bpm / 60 * TICKS_PER_BEAT


def sounding_s(song: Song) -> float:
    """How long it takes from its first note to its last note's end, in seconds."""
    return (song.length_ticks - first_ticks(song)) / ticks_per_s(song)


def time_step_s(length_s: float, most_steps: int) -> int:
    """A round number of seconds that divides a length into at most so many steps."""
    return next((step for step in TIME_STEPS_S if length_s <= step * most_steps), TIME_STEPS_S[-1])


def clock(seconds: int) -> str:
    """Seconds as ``m:ss``."""
    return f"{seconds // 60}:{seconds % 60:02}"
