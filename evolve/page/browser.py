"""The browser of this machine, where there is one that somebody can see."""

import os
import sys
import webbrowser


def opened_in_browser(address: str) -> bool:
    """Open a page in the user's browser; tells whether there is one, which is not so over ssh or without a desktop."""
    return _is_seen() and webbrowser.open(address)


def _is_seen() -> bool:
    if "SSH_CONNECTION" in os.environ:
        return False
    return sys.platform == "darwin" or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
