"""Music: songs, files, corpora, tokenizers, descriptions, sound and pictures."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from evolve.domains.music.domain import Music

    DOMAIN: Music


if not TYPE_CHECKING:  # so that its commands are told of without the libraries of the domain

    def __getattr__(name: str) -> object:
        """The domain, imported when it is first asked for."""
        if name != "DOMAIN":
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from evolve.domains.music.domain import Music  # noqa: PLC0415

        globals()["DOMAIN"] = domain = Music()
        return domain
