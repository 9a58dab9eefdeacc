"""What each General MIDI program sounds like: a table of timbres.

Formants of instruments are those that E. Sengpiel gives ("Formanten prägen die Klangfarbe", sengpielaudio.com, after
J. Meyer, Acoustics and the Performance of Music); those of vowels are women's of Peterson & Barney ("Control methods
used in a study of the vowels", JASA 24, 1952); modes of bars, bells and kettledrums are those of Fletcher & Rossing,
The Physics of Musical Instruments, ch. 18 and 19. Levels make a scale as loud as the piano's.
"""

from collections.abc import Mapping
from typing import Final

from evolve.domains.music.sound.acoustics import Release
from evolve.domains.music.sound.tones import Held, Ringing

Timbre = Held | Ringing


def _falling(power: float, *, count: int = 40, even: float = 1.0) -> tuple[float, ...]:
    """Harmonics that fall with a power of their number, the even ones times a share."""
    return tuple((even if number % 2 == 0 else 1.0) / number**power for number in range(1, count + 1))


_DAMPED = Release(0.2, 0.05)
_LEFT_TO_RING = Release(1.2, 0.3)
_BREATH_ENDS = Release(0.18, 0.05)
_HALL_ENDS = Release(0.45, 0.12)

_AH = ((850, 160, 24), (1220, 180, 14), (2810, 300, 6))
_OO = ((370, 160, 10), (950, 180, 3), (2670, 300, 0.6))

ELECTRIC_PIANO = Ringing(
    ((1, 1), (2, 0.3), (3, 0.12), (7.1, 0.05)), edge_hz=4000, decay_per_s=1.3, release=_DAMPED, level=0.75
)
HARPSICHORD = Ringing(
    plucked_at=0.12, falling=0.3, edge_hz=7000, decay_per_s=1.4, loss=1.5e-7, release=Release(0.15, 0.04), level=0.85
)
CELESTA = Ringing(((1, 1), (2.76, 0.25), (5.4, 0.08)), edge_hz=6000, decay_per_s=2.2, release=_LEFT_TO_RING, level=0.85)
GLOCKENSPIEL = Ringing(((1, 1), (2.71, 0.5), (5.15, 0.25)), edge_hz=9000, decay_per_s=1.1, loss=1e-7, level=0.72)
VIBRAPHONE = Ringing(
    ((1, 1), (4, 0.3), (10, 0.06)), edge_hz=4000, decay_per_s=0.8, loss=2e-7, release=_HALL_ENDS, level=0.65
)
MARIMBA = Ringing(
    ((1, 1), (3.9, 0.35), (9.2, 0.12)), edge_hz=2500, decay_per_s=5, loss=2e-6, release=_LEFT_TO_RING, level=1.2
)
XYLOPHONE = Ringing(
    ((1, 1), (3, 0.6), (6, 0.3)), edge_hz=6000, decay_per_s=8, loss=1e-6, release=_LEFT_TO_RING, level=1.45
)
BELLS = Ringing(
    ((1, 0.3), (2, 1), (3, 0.8), (4.17, 0.6), (5.43, 0.4), (6.8, 0.25)),
    edge_hz=5000,
    decay_per_s=0.7,
    loss=2e-7,
    level=0.8,
)
KETTLEDRUM = Ringing(
    ((1, 1), (1.5, 0.6), (1.98, 0.4), (2.44, 0.25)), edge_hz=900, decay_per_s=3, release=_LEFT_TO_RING, level=0.8
)
NYLON_GUITAR = Ringing(plucked_at=0.18, edge_hz=1800, decay_per_s=2.2, loss=1.2e-6)
STEEL_GUITAR = Ringing(plucked_at=0.14, falling=0.8, edge_hz=3800, decay_per_s=1.4, loss=5e-7, level=0.9)
BANJO = Ringing(plucked_at=0.1, falling=0.6, edge_hz=4500, decay_per_s=5, loss=8e-7, level=1.4)
HARP = Ringing(plucked_at=0.4, edge_hz=1500, decay_per_s=1.4, loss=8e-7, release=_LEFT_TO_RING, level=0.75)
PIZZICATO = Ringing(plucked_at=0.22, edge_hz=1300, decay_per_s=8, loss=2e-6, release=_LEFT_TO_RING, level=1.4)
PLUCKED_BASS = Ringing(plucked_at=0.22, edge_hz=900, decay_per_s=2.2, loss=2e-6, release=_DAMPED, level=0.7)

ORGAN = Held((1, 0.9, 0.35, 0.6, 0.08, 0.3, 0, 0.35, 0, 0.05, 0, 0.12), attack_s=0.02, release=Release(0.12, 0.04))
CHURCH_ORGAN = Held(
    (1, 0.8, 0.3, 0.6, 0.12, 0.25, 0.05, 0.35, 0.04, 0.06, 0, 0.12, 0, 0, 0, 0.1), attack_s=0.05, release=_HALL_ENDS
)
ACCORDION = Held(
    _falling(0.7, even=0.7),
    formants=((900, 1200, 1.5),),
    attack_s=0.045,
    release=Release(0.12, 0.035),
    players=3,
    apart_cents=8,
)
VIOLIN = Held(
    _falling(0.75), formants=((400, 300, 1.2), (1000, 500, 1.5), (2600, 1500, 1.5)), attack_s=0.06, vibrato_cents=16
)
VIOLA = Held(_falling(0.8), formants=((350, 250, 1.5), (1600, 900, 1)), attack_s=0.07, vibrato_cents=14)
CELLO = Held(
    _falling(0.85), formants=((250, 200, 1.5), (600, 400, 1.5), (1800, 900, 0.7)), attack_s=0.07, vibrato_cents=12
)
DOUBLE_BASS = Held(_falling(1.0), formants=((160, 180, 1.5), (400, 300, 1.2)), attack_s=0.08, vibrato_cents=6)
STRING_ENSEMBLE = Held(
    _falling(0.9),
    formants=((400, 400, 1), (1000, 800, 1)),
    attack_s=0.08,
    release=_HALL_ENDS,
    players=4,
    apart_cents=9,
    vibrato_cents=10,
)
CHOIR = Held(
    _falling(1.0), _AH, attack_s=0.08, release=_HALL_ENDS, players=4, apart_cents=10, vibrato_cents=16, level=0.6
)
SOFT_CHOIR = Held(_falling(1.3), _OO, attack_s=0.08, release=_HALL_ENDS, players=4, apart_cents=10, vibrato_cents=14)
TRUMPET = Held(
    _falling(0.5),
    formants=((1200, 1000, 3), (2200, 1200, 1.5)),
    attack_s=0.03,
    release=_BREATH_ENDS,
    vibrato_cents=5,
    level=0.58,
)
TROMBONE = Held(_falling(0.7), formants=((520, 500, 3), (1500, 900, 1)), release=_BREATH_ENDS)
HORN = Held(_falling(1.3), formants=((340, 300, 3), (750, 500, 1)), attack_s=0.05)
TUBA = Held(_falling(1.2), formants=((230, 250, 3), (400, 300, 1)), attack_s=0.05, release=_BREATH_ENDS)
BRASS_SECTION = Held(_falling(0.7), formants=((1000, 1200, 2),), release=_BREATH_ENDS, players=3, apart_cents=6)
SAXOPHONE = Held(_falling(0.8), formants=((700, 700, 2), (2000, 1200, 0.8)), release=_BREATH_ENDS, vibrato_cents=12)
OBOE = Held(
    _falling(0.6),
    formants=((1400, 700, 4), (2960, 900, 2)),
    attack_s=0.03,
    release=_BREATH_ENDS,
    vibrato_cents=8,
    level=0.58,
)
ENGLISH_HORN = Held(
    _falling(0.7), formants=((950, 500, 4), (1350, 700, 2)), release=_BREATH_ENDS, vibrato_cents=8, level=0.58
)
BASSOON = Held(_falling(0.7), formants=((440, 300, 4), (1180, 600, 1.5)), release=_BREATH_ENDS, vibrato_cents=4)
CLARINET = Held(_falling(0.8, even=0.12), formants=((1180, 900, 0.8), (2800, 1500, 0.5)), release=_BREATH_ENDS)
FLUTE = Held((1, 0.4, 0.2, 0.07, 0.03, 0.015), formants=((800, 700, 0.8),), release=_BREATH_ENDS, vibrato_cents=14)
RECORDER = Held((1, 0.08, 0.14, 0.02, 0.03), attack_s=0.03, release=_BREATH_ENDS, vibrato_cents=4)
SQUARE = Held(_falling(1.2, even=0), attack_s=0.01, release=_DAMPED)
SAWTOOTH = Held(_falling(1), attack_s=0.01, release=_DAMPED, players=3, apart_cents=7)

_PROGRAMS: Final[tuple[tuple[Timbre, tuple[int, ...]], ...]] = (
    (ELECTRIC_PIANO, (4, 5)),
    (HARPSICHORD, (6, 7)),
    (CELESTA, (8, 10, 112)),
    (GLOCKENSPIEL, (9, 98)),
    (VIBRAPHONE, (11, 114)),
    (MARIMBA, (12, 108, 115)),
    (XYLOPHONE, (13, 113)),
    (BELLS, (14,)),
    (KETTLEDRUM, (47, 116, 117, 118)),
    (STEEL_GUITAR, (15, 25, 26, 27, 29, 30, 31, 104)),
    (ORGAN, (16, 17, 18)),
    (CHURCH_ORGAN, (19, 20)),
    (ACCORDION, (21, 22, 23)),
    (NYLON_GUITAR, (24, 28, 107)),
    (PLUCKED_BASS, tuple(range(32, 40))),
    (VIOLIN, (40, 44, 110)),
    (VIOLA, (41,)),
    (CELLO, (42,)),
    (DOUBLE_BASS, (43,)),
    (PIZZICATO, (45,)),
    (HARP, (46,)),
    (STRING_ENSEMBLE, (48, 49, 50, 51, 55, *range(88, 91), 92, 93, *range(95, 98), *range(99, 104), *range(119, 128))),
    (CHOIR, (52, 91, 94)),
    (SOFT_CHOIR, (53, 54, 85)),
    (TRUMPET, (56, 59)),
    (TROMBONE, (57,)),
    (TUBA, (58,)),
    (HORN, (60,)),
    (BRASS_SECTION, (61, 62, 63)),
    (SAXOPHONE, (64, 65, 66, 67)),
    (OBOE, (68, 109, 111)),
    (ENGLISH_HORN, (69,)),
    (BASSOON, (70,)),
    (CLARINET, (71,)),
    (FLUTE, (72, 73)),
    (RECORDER, (74, 75, 76, 77, 78, 79, 82, 83)),
    (SQUARE, (80,)),
    (SAWTOOTH, (81, 84, 86, 87)),
    (BANJO, (105, 106)),
)
TIMBRES: Final[Mapping[int, Timbre]] = {program: timbre for timbre, programs in _PROGRAMS for program in programs}
"""The timbre of every program but the pianos, 0 .. 3, which have a model of their own."""
