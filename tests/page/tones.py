"""A small domain that is heard: tones with a drawing that says where time lies, and a page of HTML beside them."""

import io
import math
import struct
import wave
from typing import Any

SECONDS = 20
RATE = 8000
DRAWING = (
    f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 40" data-start="20" data-end="180" '
    f'data-seconds="{SECONDS}"><rect width="200" height="40" fill="white"/></svg>'
)
PAGE = "<!doctype html><html><body><script>parent.document.title = 'taken over'</script><p>tones</p></body></html>"
GENES = {"genes": {"pitch": {"type": "int", "min_value": 200, "max_value": 800}}}


def evaluate(hp: Any, trial: Any) -> None:  # noqa: ANN401 - as a user's function
    """Two tones."""
    pitch = hp.Int("pitch", 200, 800)
    for octave in (1, 2):
        trial.sample({"audio": tone(pitch * octave), "roll": DRAWING, "cover": PAGE}, facts={"pitch": pitch * octave})


def tone(pitch: float) -> bytes:
    """Seconds of a sine, as a file."""
    data = io.BytesIO()
    with wave.open(data, "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        steps = (math.sin(2 * math.pi * pitch * at / RATE) for at in range(SECONDS * RATE))
        file.writeframes(b"".join(struct.pack("<h", round(12000 * step)) for step in steps))
    return data.getvalue()
