"""The apps depend one way: the contracts of import-linter in pyproject.toml hold."""

import os
import subprocess
import sys
from pathlib import Path

from tests.architecture.code import ROOT

COMMAND = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]


def run(*arguments: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run import-linter in `folder`."""
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_contract_is_kept():
    done = run()
    assert done.returncode == 0, done.stdout[-4000:]
    assert "0 broken" in done.stdout


def test_an_import_upwards_breaks_a_contract(tmp_path):
    for name in ("low", "high"):
        (tmp_path / f"planted_{name}").mkdir()
        (tmp_path / f"planted_{name}/__init__.py").write_text("")
    (tmp_path / "planted_low/__init__.py").write_text("import planted_high\n")
    (tmp_path / "pyproject.toml").write_text(
        '[tool.importlinter]\nroot_packages = ["planted_low", "planted_high"]\n'
        '[[tool.importlinter.contracts]]\nname = "One way"\ntype = "layers"\n'
        'layers = ["planted_high", "planted_low"]\n'
    )
    assert run(folder=tmp_path).returncode == 1
