"""`python -m course`: build, grade, report."""

import argparse
import json
import sys
from pathlib import Path

from .catalogue import catalogue
from .chapter_checks import QUESTIONS, REFERENCES

ROOT = Path(__file__).resolve().parents[1]


def main(arguments=None):
    """Do what the command line says."""
    parser = argparse.ArgumentParser(prog="python -m course", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")
    chapters = commands.add_parser("catalogue", help="write the hashes of the chapters' checks")
    chapters.set_defaults(run=write_catalogue)
    options = parser.parse_args(arguments)
    return options.run(options)


def write_catalogue(options):
    """Write emlib/check/catalogue.json."""
    text = json.dumps(catalogue(QUESTIONS, REFERENCES, points=False), indent=0)
    (ROOT / "emlib/check/catalogue.json").write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    sys.exit(main())
