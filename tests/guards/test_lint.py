"""Every linter is clean. `make lint` runs this file, so that one list says which linters there are."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

LINTERS = {
    "ruff": ["ruff", "check", "."],
    "format": ["ruff", "format", "--check", "."],
    "mypy": ["mypy"],
    "djlint": ["djlint", "templates", "--lint", "--quiet"],
    "deptry": ["deptry", "."],
}


@pytest.mark.parametrize("linter", LINTERS)
def test_the_linter_is_clean(linter: str) -> None:
    tool, *arguments = LINTERS[linter]
    command = [Path(sys.executable).with_name(tool), *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.fail(f"{linter}\n{done.stdout}\n{done.stderr}", pytrace=False)
