"""The time that rows of the store are marked with."""

from datetime import UTC, datetime


def now() -> str:
    """This moment in UTC, ISO 8601 to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")
