"""What a program gives a call, checked by its kind, so that a mistake is told where it was made."""

from collections.abc import Iterable

from evolve.errors import SettingsError, shortened


def check_kind(name: str, given: object, kinds: type | tuple[type, ...], allowed: str) -> None:
    """See that an argument is of a kind.

    Args:
        name: The argument's.
        given: What came.
        kinds: What it may be an instance of.
        allowed: The same in words, such as ``a path``.

    Raises:
        SettingsError: It is none of these; names the argument, what came and what is allowed.
    """
    if not isinstance(given, kinds):
        raise refused_argument(name, given, allowed)


def refused_argument(name: str, given: object, allowed: str) -> SettingsError:
    """That an argument cannot be what it is."""
    return SettingsError(f"{name}={shortened(repr(given))}: must be {allowed}")


def texts_of(name: str, given: object, allowed: str) -> tuple[str, ...]:
    """The texts that an argument gives, such as ids.

    Raises:
        SettingsError: It is one text alone, no collection, or holds something else.
    """
    words = tuple(given) if isinstance(given, Iterable) and not isinstance(given, str) else (None,)
    if not all(isinstance(one, str) for one in words):
        raise refused_argument(name, given, allowed)
    return words
