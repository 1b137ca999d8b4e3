"""The packed program is whole: it starts far from the folder it was made in."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.architecture.repository import PACKAGES, ROOT, files

STARTS = """
import sys
from pathlib import Path

from api.app import create_app
from matchmaker.bootstrap import build, prepare_database
from matchmaker.config import Settings
import api, embeddings, matchmaker

for package in (api, embeddings, matchmaker):
    assert Path(package.__file__).is_relative_to(sys.argv[1]), package.__file__

settings = Settings(encoder="hashing:", voice="", data_dir=Path("var"))
prepare_database(settings)
service = build(settings)
service.indexing.sync()
client = create_app(settings, service).test_client()
for path, expected in [
    ("/healthz", "alive"),
    ("/?lang=da", "Find partnere"),
    ("/static/matchmaker.css", "{"),
    ("/api/v1/openapi.json", "3.1.0"),
]:
    response = client.get(path)
    assert response.status_code == 200, (path, response.status_code)
    assert expected in response.get_data(as_text=True), (path, expected)
challenge = service.challenges.submit(text="Vi mangler hjælp til svejsning", place="9000")
assert challenge.city, "the file of Danish places is missing"
assert list(service.matchmaking.run(challenge.id).matches) == []
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of the files that belong to the project and of nothing else."""
    source = tmp_path_factory.mktemp("source")
    for path in files():
        if path.parts[0] in {*PACKAGES, "pyproject.toml", "README.md"}:
            (source / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / path, source / path)
    folder = tmp_path_factory.mktemp("wheel")
    _run(
        *("-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"),
        *("--disable-pip-version-check", "--wheel-dir", str(folder), str(source)),
        cwd=folder,
    )
    (made,) = folder.glob("*.whl")
    return made


def _run(*arguments: str, cwd: Path, **environment: str) -> None:
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    ran = subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, f"{ran.stdout}\n{ran.stderr}"


@pytest.mark.slow
def test_the_wheel_holds_every_file_of_the_packages(wheel: Path) -> None:
    packed = set(zipfile.ZipFile(wheel).namelist())
    # Sources of what is compiled, and of what makes it.
    left_out = {".pot", ".cfg"}
    wanted = {
        path.as_posix()
        for path in files()
        if path.parts[0] in PACKAGES and path.suffix not in left_out
    }

    missing = sorted(wanted - packed)

    assert not missing, "add to package-data in pyproject.toml:\n" + "\n".join(missing)


@pytest.mark.slow
@pytest.mark.parametrize("language", ["da", "en"])
def test_the_wheel_can_translate_its_pages(wheel: Path, language: str) -> None:
    packed = zipfile.ZipFile(wheel).namelist()

    assert f"api/translations/{language}/LC_MESSAGES/messages.mo" in packed, (
        "a fresh copy has no compiled catalogue: compile before packing, or keep the .mo files"
    )


@pytest.mark.slow
def test_the_installed_wheel_starts_far_from_its_source(wheel: Path, tmp_path: Path) -> None:
    target = tmp_path / "installed"
    _run(
        *("-m", "pip", "install", "--quiet", "--no-deps", "--disable-pip-version-check"),
        *("--target", str(target), str(wheel)),
        cwd=tmp_path,
    )
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()

    _run("-c", STARTS, str(target), cwd=elsewhere, PYTHONPATH=str(target))
