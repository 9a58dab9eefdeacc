"""One name means one thing in the whole package."""

import ast
from collections import defaultdict
from pathlib import Path

import evolve

PACKAGE = Path(evolve.__file__).parent


def test_every_class_has_a_name_of_its_own() -> None:
    """Whoever reads or searches for it meets one class."""
    homes = defaultdict(list)
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                homes[node.name].append(str(path.relative_to(PACKAGE)))
    assert {name: files for name, files in homes.items() if len(files) > 1} == {}
