"""A song as files: MIDI, sound, picture and printed score."""

from evolve.domains.music.midi import write_midi
from evolve.domains.music.raster import rasterise
from evolve.domains.music.roll import piano_roll_svg
from evolve.domains.music.song import Song
from evolve.domains.music.sound.audio import render, suffix_of, write_ogg
from evolve.domains.music.sound.soundfonts import SoundFont, find_soundfont
from evolve.records.run import Artifact


def song_files(
    song: Song, name: str, *, opening_ticks: int = 0, soundfont: SoundFont | None = None
) -> tuple[Artifact, ...]:
    """A song as MIDI, as sound and as a piano roll, under one name.

    Args:
        song: What is written; its title stands on the picture.
        name: File name without suffix.
        opening_ticks: How much of the song was given, not composed.
        soundfont: Whose instruments play it; None: evolve's own.

    Raises:
        ExecutionError: This machine does not have that SoundFont.
    """
    sound = write_ogg(render(song, soundfont=find_soundfont(soundfont) if soundfont else None))
    roll = piano_roll_svg(song, opening_ticks=opening_ticks, title=song.title)
    return (
        Artifact("midi", f"{name}.mid", write_midi(song)),
        Artifact("audio", f"{name}{suffix_of(sound)}", sound),
        Artifact("roll", f"{name}.svg", roll.encode()),
    )


def score_files(song: Song, name: str) -> tuple[Artifact, ...]:
    """A song as a printed score under one name: MusicXML, and its page as SVG and PNG; nothing of a silent one."""
    if not len(song.notes):
        return ()
    # Imported here because hardly a song is printed, and the engraver takes its time to start.
    from evolve.domains.music.score.engraving import engrave  # noqa: PLC0415
    from evolve.domains.music.score.musicxml import musicxml  # noqa: PLC0415

    xml = musicxml(song)
    page = engrave(xml)
    return (
        Artifact("musicxml", f"{name}.musicxml", xml),
        Artifact("score_svg", f"{name}-score.svg", page.encode()),
        Artifact("score", f"{name}-score.png", rasterise(page)),
    )
