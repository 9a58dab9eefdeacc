"""Who may come in: the owner by a token of this server, listeners by links that stay theirs."""

import base64
import contextlib
import hashlib
import hmac
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_state_path

from evolve.store.names import checked_name, known_name

_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who came in.

    Attributes:
        name: Under which ballots are cast.
        is_owner: Whether they may close generations and invite others.
    """

    name: str
    is_owner: bool = False


class Guests:
    """The owner and the listeners of one run, and their tokens."""

    def __init__(self, owner: str, run: str, key: bytes) -> None:
        """Nobody but the owner yet.

        Args:
            owner: The owner's name, as the run knows it.
            run: What tells the run from all others.
            key: A secret of this user's.
        """
        self.owner = Guest(owner, is_owner=True)
        self.owner_token = secrets.token_urlsafe(24)
        self._run, self._key = run, key
        self._names: tuple[str, ...] = ()
        self._tokens: dict[str, str] = {}
        self._by_digest = {_digest(self.owner_token): self.owner}

    @property
    def names(self) -> tuple[str, ...]:
        """The listeners who were invited, without the owner."""
        return self._names

    @property
    def cookie(self) -> str:
        """The name of the cookie: browsers do not tell apart the ports of a host."""
        return f"evolve-{self._signed('cookie')[:10]}"

    @property
    def all_names(self) -> list[str]:
        """Everyone whose ballot is waited for, the owner first."""
        return [self.owner.name, *self._names]

    def invite(self, name: str, known: Iterable[str] = ()) -> str:
        """Let somebody come in as well; gives the name under which they are known.

        Args:
            name: As it was given.
            known: Names of listeners that the run has seen; capitals make nobody else.

        Raises:
            RunError: Nobody can have this name.
        """
        told = known_name(checked_name(name), {*known, *self.all_names})
        if told not in self.all_names:
            self._tokens[told] = self._signed(f"listener\0{told}")
            self._by_digest[_digest(self._tokens[told])] = Guest(told)
            self._names = (*self._names, told)
        return told

    def token_of(self, name: str) -> str:
        """The token in a listener's link, the same for every server of the run."""
        return self._tokens[name]

    def whose(self, token: str) -> Guest | None:
        """Who has this token; None for nobody. It is looked up by its digest, so that time tells nothing of others."""
        return self._by_digest.get(_digest(token))

    def _signed(self, text: str) -> str:
        digest = hmac.new(self._key, f"{self._run}\0{text}".encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")[:32]


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="surrogateescape")).digest()


def users_key() -> bytes:
    """A secret of this user's, made at the first time and kept for this user's eyes alone.

    Where it cannot be kept, one that is good until the program ends.
    """
    path = user_state_path("evolve") / "listening-room.key"
    with contextlib.suppress(OSError):
        return _read(path) or _made(path) or _read(path) or secrets.token_bytes(_KEY_BYTES)
    return secrets.token_bytes(_KEY_BYTES)


def _read(path: Path) -> bytes | None:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    with open(descriptor, "rb") as file:  # noqa: PTH123 - a descriptor
        os.fchmod(descriptor, 0o600)
        key = file.read()
    return key if len(key) == _KEY_BYTES else None


def _made(path: Path) -> bytes | None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = secrets.token_bytes(_KEY_BYTES)
    aside = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor
        file.write(key)
    try:
        os.link(aside, path)  # not over one that another process made meanwhile
    except FileExistsError:
        return None
    finally:
        aside.unlink()
    return key
