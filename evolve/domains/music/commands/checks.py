"""What music needs of a machine, for `evolve doctor`."""

from collections.abc import Iterator

from evolve.errors import RunError
from evolve.store.files import check_folder_can_be_written
from evolve.terminal.checks import Check, Look, State


def checks() -> Iterator[Look]:
    """Sound, the instruments that play, and the folder in which corpora that were read are kept."""
    yield "sound", _sound
    yield "instruments", _instruments
    yield "cache", _cache


def _sound() -> Check:
    """Sounds a note of evolve's own instruments: the codec is a library that some systems lack."""
    try:
        from evolve.domains.music.song import Note, Notes, Song, Track
        from evolve.domains.music.sound.audio import render, write_ogg

        size = len(write_ogg(render(Song((Track(Notes.of([Note(60, 0, 24)])),)))))
    except (ImportError, OSError, RuntimeError) as error:
        told = " ".join(str(error).split()) or type(error).__name__
        return Check("sound", State.BAD, f"no song can be written as sound: {told}", "reinstall soundfile")
    return Check("sound", State.GOOD, f"OGG ({size:,} bytes for a note)")


def _instruments() -> Check:
    """Who plays the songs of a run that names nobody: with ``soundfont=auto``."""
    from evolve.domains.music.settings import AUTO
    from evolve.domains.music.sound.soundfonts import (
        HOW_TO_INSTALL,
        OWN_INSTRUMENTS,
        can_play,
        choose_soundfont,
        system_soundfonts,
    )

    if not can_play():
        advice = f"for a SoundFont's instruments: {HOW_TO_INSTALL}"
        if fonts := system_soundfonts():
            found = f"{OWN_INSTRUMENTS}: {fonts[0].name} is here, and tinysoundfont, which plays it, is not"
            return Check("instruments", State.WARNING, found, advice)
        return Check("instruments", State.GOOD, f"{OWN_INSTRUMENTS}; {advice}, and a SoundFont")
    font, unplayable = choose_soundfont(AUTO)
    played_by = f"{font.in_words}: {font.path}" if font else OWN_INSTRUMENTS
    if unplayable:
        return Check("instruments", State.WARNING, f"{played_by}; {'; '.join(unplayable)}", "install that one again")
    hint = "" if font else "; for real ones install a SoundFont, such as Debian's timgm6mb-soundfont"
    return Check("instruments", State.GOOD, played_by + hint)


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
