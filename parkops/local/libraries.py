"""The system's libraries that PDFs need, which no wheel brings."""

import subprocess
import sys

DEBIAN_PACKAGES = ("libpango-1.0-0", "libpangoft2-1.0-0")


def pdf_trouble() -> str:
    """Return why PDFs cannot be made on this machine and what to install; empty if they can.

    WeasyPrint is loaded in a process of its own: a library that fails to load may end the process.
    """
    done = subprocess.run(
        [sys.executable, "-c", "import weasyprint"],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode == 0:
        return ""
    last = (done.stderr.strip().splitlines() or ["it ended without a word"])[-1]
    return (
        "PDFs cannot be made: WeasyPrint does not find the Pango libraries "
        f"({last[:120]}). On Debian or Ubuntu: apt-get install {' '.join(DEBIAN_PACKAGES)}; "
        "on macOS: brew install pango."
    )
