"""What music needs of a machine, for `evolve doctor`."""

from collections.abc import Iterator

from evolve.errors import RunError
from evolve.store.files import check_folder_can_be_written
from evolve.terminal.checks import Check, Look, State


def checks() -> Iterator[Look]:
    """Sound, and the folder in which corpora that were read are kept."""
    yield "sound", _sound
    yield "cache", _cache


def _sound() -> Check:
    """Sounds a note: the codec is a library that some systems lack. No SoundFont is needed, and none is used."""
    try:
        from evolve.domains.music.song import Note, Notes, Song, Track
        from evolve.domains.music.sound.audio import render, write_ogg

        size = len(write_ogg(render(Song((Track(Notes.of([Note(60, 0, 24)])),)))))
    except (ImportError, OSError, RuntimeError) as error:
        told = " ".join(str(error).split()) or type(error).__name__
        return Check("sound", State.BAD, f"no song can be written as sound: {told}", "reinstall soundfile")
    return Check(
        "sound", State.GOOD, f"OGG from evolve's own instruments ({size:,} bytes for a note); needs no SoundFont"
    )


def _cache() -> Check:
    from evolve.domains.music.cache import FOLDER_VARIABLE, cache_folder

    folder = cache_folder()
    try:
        check_folder_can_be_written(folder)
    except RunError:
        pass
    else:
        return Check("cache", State.GOOD, str(folder))
    advice = f"set {FOLDER_VARIABLE} to a folder that can be written: until then a corpus is read anew each time"
    return Check("cache", State.WARNING, f"nothing can be written to {folder}", advice)
