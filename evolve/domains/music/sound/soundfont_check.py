"""Whether a SoundFont can be played, tried in a process of its own: a damaged one ends whoever plays it."""

import subprocess
import sys
from pathlib import Path
from typing import Final

from evolve.domains.music.process_limits import allow_memory, end_after
from evolve.errors import ExecutionError

LONGEST_S: Final = 180.0
"""A set of 150 MB is loaded and tried in two seconds, a compressed one in ten; a busy machine takes its time."""

MEMORY_MB: Final = 500
MEMORY_OF_A_BYTE: Final = 40
"""How many bytes of memory each byte of a file may take: compressed ones (SF3) are unpacked as they are loaded."""

SAMPLE_RATE: Final = 8_000
"""Enough for trying."""

_SILENT: Final = "none of its instruments makes a sound"
_DAMAGED: Final = "it is damaged: it crashes whoever plays it"


def why_it_cannot_be_played(path: Path) -> str | None:
    """The reason in a few words, or None when each of its General MIDI instruments was heard without a crash."""
    root = str(Path(__file__).parents[4])
    order = f"import sys; sys.path.insert(0, {root!r}); from {__name__} import try_it; try_it(sys.argv[1])"
    try:
        child = subprocess.run(  # noqa: S603 -- our own interpreter, our own code
            [sys.executable, "-P", "-c", order, str(path)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=LONGEST_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"trying it takes longer than {LONGEST_S:.0f} s"
    said = child.stdout.strip()
    return said or (None if child.returncode == 0 else _DAMAGED)


def try_it(path: str) -> None:
    """Play a moment of each instrument, and print why that cannot be done; nothing where it can."""
    end_after(LONGEST_S)
    allow_memory(MEMORY_MB + MEMORY_OF_A_BYTE * Path(path).stat().st_size // 1_000_000)
    import numpy as np  # noqa: PLC0415 - within the limits

    from evolve.domains.music.sound.soundfont_orchestra import SoundFontPlayer, heard_of_each  # noqa: PLC0415

    try:
        player = SoundFontPlayer(Path(path), SAMPLE_RATE)
        player.instrument_for(0)
        heard = [sound for _, sound in heard_of_each(player, SAMPLE_RATE)]
    except MemoryError:
        print("it needs far more memory than its size tells")  # noqa: T201 - the answer to the parent
    except ExecutionError as error:
        print(error)  # noqa: T201
    else:
        if not all(np.isfinite(sound).all() for sound in heard):
            print(_DAMAGED)  # noqa: T201
        elif not any(sound.any() for sound in heard):
            print(_SILENT)  # noqa: T201
