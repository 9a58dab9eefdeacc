"""Reports must be quick: they load nothing heavy."""

import subprocess
import sys

HEAVY = ("tensorflow", "keras", "keras_tuner", "ray", "music21", "symusic", "pandas", "matplotlib")


def test_reports_load_no_heavy_library() -> None:
    """In a fresh process, importing every module of the room and telling a run as text, page and JSON stays light."""
    program = f"""
import sys
from evolve.report import document, overview, tables, text
from evolve.report.page.page import report_page
from tests.report.example_run import example_run
run = example_run("finished")
document.report_document(run), text.render_text(run), report_page(run, str.encode)
overview.overview_table([overview.run_overview(run)])
loaded = [name for name in {HEAVY!r} if name in sys.modules]
print(*loaded)
"""
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout, result.stderr) == (0, "\n", "")
