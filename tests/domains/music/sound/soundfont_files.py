"""What tests of SoundFonts need, and why they are skipped where it is missing."""

import importlib.util
from pathlib import Path

import pytest

TIMGM = Path("/usr/share/sounds/sf2/TimGM6mb.sf2")

needs_tinysoundfont = pytest.mark.skipif(
    importlib.util.find_spec("tinysoundfont") is None,
    reason="tinysoundfont is not installed: pip install --no-deps tinysoundfont",
)
needs_timgm = pytest.mark.skipif(not TIMGM.exists(), reason="Debian's timgm6mb-soundfont is not installed")
