"""The program: ``convcalc``, and ``python -m convcalc``."""

import sys
from importlib import import_module


def run() -> None:
    """Run the command line. It reports Ctrl-C itself; before it is imported, this does."""
    try:
        import_module("convcalc.cli.main").main()
    except KeyboardInterrupt:
        sys.stderr.write("convcalc: stopped\n")
        sys.exit(130)


if __name__ == "__main__":
    run()  # pragma: no cover - run as a separate process
