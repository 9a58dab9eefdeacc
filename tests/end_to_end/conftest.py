"""A whole run through the command line, made once for all tests that look at it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.end_to_end import pretended_commands as pretended
from tests.end_to_end.commands import ROOT, evolve
from tests.pretended_trials import lineage

SPACE = str(ROOT / "search_spaces" / "quick.yaml")


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory, tunes: Path) -> Path:
    """A folder in which the runs a, of two generations, and b, of three, were bred by the same commands.

    The networks of a are trained, those of b pretend to be. With taste what is learned would count: songs differ by it.
    """
    folder = tmp_path_factory.mktemp("finished")
    orders = ("A > B = C ! D", "C > A > ...", "b > d > a > c")
    for name, typed, generations in (("a", evolve, 2), ("b", pretended.evolve, 3)):
        begin = ("--population", "4", "--generations", str(generations), "--songs", "2", "--notes", "60", "--seed", "7")
        few = ("--corpus", str(tunes), "--set", "epochs=1", "--set", "taste=off", "--judge", "none", "--name", name)
        typed("start", "--space", SPACE, *begin, *few, folder=folder)
        for order in orders[:generations]:
            typed("rank", name, "--order", order, folder=folder)
            typed("resume", name, "--judge", "none", folder=folder)
    return folder


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, tunes: Path) -> Callable[[Path], bool]:
    """Tells whether a run with pretended trials has the lineage of one that nothing has disturbed."""
    folder = tmp_path_factory.mktemp("undisturbed")
    pretended.write_space(folder)
    pretended.evolve(*pretended.begin("calm", tunes), folder=folder)
    pretended.finish("calm", folder)
    expected = lineage(pretended.read(folder / "runs" / "calm"))
    return lambda run: lineage(pretended.read(run)) == expected
