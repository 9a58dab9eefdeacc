"""What the page answers when it cannot do what it was asked."""

from collections.abc import Mapping

from evolve.records.run import Json


class Refusal(Exception):  # noqa: N818 - an answer, not a mistake of ours
    """An answer that says in one line what is wrong.

    Attributes:
        status: Of HTTP.
        text: The line.
        more: What else the answer holds.
    """

    def __init__(self, status: int, text: str, more: Mapping[str, Json] | None = None) -> None:
        """Keep them."""
        super().__init__(text)
        self.status, self.text, self.more = status, " ".join(text.split()), more or {}
