"""Names that people give, to runs and to themselves: letters of any script, safe as the name of a file or folder.

Between letters may be the joiners that some scripts are written with, U+200C and U+200D, which cannot be seen.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from evolve.errors import RunError, shortened, without_joiners

LONGEST_NAME: Final = 100
"""Of a name, in characters."""

MOST_BYTES: Final = 200
"""Of a name in UTF-8: file systems take 255 bytes, and files that are written aside have longer names."""

ALLOWED: Final = (
    "letters and digits of any script, space and . _ - ' ’ · ・ (a letter or digit first, no space last), at most "
    f"{LONGEST_NAME} characters and {MOST_BYTES} bytes of UTF-8"
)
"""What a name may be, in words."""

_SIGNS: Final = " ._-'’·・"
_LETTERS: Final = "LN"
"""Unicode's main categories of letters and digits; M are the marks that letters may carry."""


def checked_name(name: str) -> str:
    """The name as it is kept, when it can be a file or folder name anywhere: in Unicode's form NFC, with plain spaces.

    The same name is typed as different characters on different systems: é as one, or as e and an accent.

    Raises:
        RunError: It holds a path separator, control characters or the like, starts with a dot or a dash, or is empty or
            too long.
    """
    kept = same_name(name)
    problem = _problem(kept)
    if problem:
        raise RunError(f"{shortened(name)!r} cannot be a name: {problem}; allowed: {ALLOWED}")
    return kept


def same_name(name: str) -> str:
    """What all ways to type a name have in common: composed characters (NFC), and every kind of space a plain one."""
    composed = unicodedata.normalize("NFC", name)
    return "".join(" " if unicodedata.category(one) == "Zs" else one for one in composed)


def known_name(name: str, known: Iterable[str]) -> str:
    """The name, or the one that is known already and differs in nothing but capitals.

    Ann and ann are one listener: no file system that takes them for the same folder mixes up two, and nobody has two
    ballots for having typed a small letter, or left out a joiner, which nobody can see.
    """
    alike = [other for other in sorted(map(same_name, known)) if _unseen_left_out(other) == _unseen_left_out(name)]
    return name if name in alike or not alike else alike[0]


def name_from(text: str) -> str:
    """A name made of any text: what a name cannot hold becomes a dash; ``run`` where nothing is left."""
    seen = without_joiners(same_name(text))
    spaced = "".join(one if _is_of(one, "LNM") or one in "._-" else " " for one in seen)
    dashed = re.sub(r"[ -]+", "-", spaced)
    begin = next((place for place, one in enumerate(dashed) if _is_of(one, _LETTERS)), len(dashed))
    return dashed[begin:].encode()[: MOST_BYTES // 2].decode(errors="ignore").rstrip(".-") or "run"


def ascii_word(name: str, *, kept: str = "") -> str:
    """What stands for a name where only ASCII may: letters without their accents, and hyphens for all else.

    SLURM's jobs, Kubernetes' objects and labels are named so. Empty where no letter has a form in ASCII.

    Args:
        name: Any text.
        kept: Signs beside letters and digits that may stay.
    """
    plain = unicodedata.normalize("NFKD", name)
    bare = "".join(one for one in plain if not unicodedata.combining(one))
    return re.sub(f"[^A-Za-z0-9{re.escape(kept)}]+", "-", bare).strip(f"-{kept}")


def _problem(name: str) -> str:
    """Why a text is no name, in words; empty when it is one."""
    if not name:
        return "it is empty"
    strange = next((one for one in without_joiners(name) if not _is_of(one, "LNM") and one not in _SIGNS), None)
    if strange is not None:
        return f"it has {_shown(strange)}"
    if not _is_of(name[0], _LETTERS):
        return f"it begins with {_shown(name[0])}"
    if name.endswith(" "):
        return "it ends with a space"
    if len(name) > LONGEST_NAME:
        return f"it has {len(name):,} characters"
    return f"it has {_bytes(name)} bytes" if _bytes(name) > MOST_BYTES else ""


def _unseen_left_out(name: str) -> str:
    return without_joiners(name).casefold()


def _is_of(character: str, categories: str) -> bool:
    return unicodedata.category(character)[0] in categories


def _bytes(name: str) -> int:
    return len(name.encode("utf-8", "surrogatepass"))


def _shown(character: str) -> str:
    if character == " ":
        return "a space"
    return f'"{character}"' if character.isprintable() else f"the character U+{ord(character):04X}"
