"""What an encoder is called, and what importing the package costs."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

from embeddings import EncoderSpec

SPEC = EncoderSpec("bundled:", "abc-1", 384)


def test_a_fingerprint_is_the_same_for_ever() -> None:
    assert SPEC.fingerprint == "1a5c48db125719e6"
    assert EncoderSpec("bundled:", "abc-1", 384).fingerprint == SPEC.fingerprint


def test_whatever_changes_a_vector_changes_the_fingerprint() -> None:
    others = [
        replace(SPEC, name="hashing:"),
        replace(SPEC, revision="abc-2"),
        replace(SPEC, dimension=256),
    ]
    assert len({spec.fingerprint for spec in (SPEC, *others)}) == 4


def test_importing_the_package_and_its_registry_costs_numpy_and_nothing_else() -> None:
    code = (
        "import sys, numpy; before = set(sys.modules); import embeddings, embeddings.registry\n"
        "print(*sorted({name.partition('.')[0] for name in set(sys.modules) - before}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    third_party = set(done.stdout.split()) - set(sys.stdlib_module_names)
    assert third_party <= {"embeddings", "numpy"}
