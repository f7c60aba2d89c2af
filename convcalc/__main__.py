"""``python -m convcalc``."""

from convcalc.cli.main import main  # pragma: no cover

main()  # pragma: no cover - run as a process of its own
