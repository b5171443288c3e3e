"""The crash matrix loses nothing. It kills servers, so it has its own."""

import os
import shutil
import subprocess
import sys
import tempfile

import pytest

from tests.crashes.points import POINTS

pytestmark = pytest.mark.slow


def test_nothing_is_lost_at_any_point():
    with tempfile.TemporaryDirectory(prefix="parkops-crashes-") as folder:
        own = {name: value for name, value in os.environ.items() if not name.endswith("_URL")}
        environment = {**own, "PARKOPS_LOCAL_DIR": folder}
        try:
            done = subprocess.run(
                [sys.executable, "-m", "tests.crashes"],
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
        finally:
            subprocess.run(
                [sys.executable, "-m", "parkops.local", "stop"], env=environment, check=True
            )
            shutil.rmtree(folder, ignore_errors=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("balanced, proven") == len(POINTS)
