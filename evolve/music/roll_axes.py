"""What the axes of a piano roll show: a span of pitches, and round times."""

from evolve.music.song import Song

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


def time_step_s(length_s: float, most_steps: int) -> int:
    """A round number of seconds that divides a length into at most so many steps."""
    return next((step for step in TIME_STEPS_S if length_s <= step * most_steps), TIME_STEPS_S[-1])


def clock(seconds: int) -> str:
    """Seconds as ``m:ss``."""
    return f"{seconds // 60}:{seconds % 60:02}"
