"""`python -m parkops.local run | start | stop | status | …`: what the Makefile calls."""

import argparse
import sys

from . import libraries, run, servers


def main() -> int:
    """Do what the command line asks; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m parkops.local", description=__doc__)
    acts = parser.add_subparsers(dest="act", required=True)
    acts.add_parser("run", help="run everything until Ctrl-C")
    acts.add_parser("start", help="start the local servers and leave them running")
    acts.add_parser("stop", help="end a run and the local servers; the data stay")
    acts.add_parser("status", help="say whether the local servers run, and where")
    acts.add_parser("clean", help="end everything and remove the local data")
    acts.add_parser("libraries", help="fail, saying what to install, if PDFs cannot be made here")
    act = parser.parse_args().act
    if act == "start":
        servers.ensure_for_command()
        return 0
    if act == "libraries":
        trouble = libraries.pdf_trouble()
        print(trouble, end="\n" if trouble else "", file=sys.stderr)
        return 1 if trouble else 0
    return {"run": run.run, "stop": run.stop, "status": run.show, "clean": run.clean}[act]()


if __name__ == "__main__":
    sys.exit(main())
