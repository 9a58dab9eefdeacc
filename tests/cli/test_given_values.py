"""Values of options are seen to first: what is misspelt is refused before anything heavy is imported."""

import subprocess
import sys
from pathlib import Path

import pytest

REFUSED = [
    (("--judge", "simulatd:additive"), 'did you mean "simulated"?'),
    (("--judge", "simulatd:additive,noise=1"), 'did you mean "simulated"?'),
    (("--judge", "simulated:aditive"), 'did you mean "additive"?'),
    (("--judge", "pgae"), 'did you mean "page"?'),
    (("--judge", "nowhere.py:judge"), "there is no file nowhere.py"),
    (("--listener", "a/b"), "cannot be a name"),
    (("--name", "a/b"), "cannot be a name"),
    (("--taste", "nowhere"), 'there is no run "nowhere"'),
]
HEAVY = ("tensorflow", "keras", "ray", "scipy", "evolve.search.steps", "evolve.domains.music.domain")


@pytest.mark.parametrize(("given", "line"), REFUSED, ids=lambda one: " ".join(one) if isinstance(one, tuple) else "")
def test_what_is_misspelt_is_refused_at_once(tmp_path: Path, given: tuple[str, ...], line: str) -> None:
    """In a fresh process: the answer names what was meant, and nothing of a search is loaded for it."""
    program = f"""
import sys
from evolve.cli.app import run
code = run(["start", "--space", "quick.yaml", *{given!r}])
print(code, *[name for name in {HEAVY!r} if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout.strip() in {"1", "2"}
    assert line in " ".join(done.stderr.split())
    assert not [*tmp_path.iterdir()]
