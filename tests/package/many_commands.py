"""Runs the command lines from standard input, a JSON list, one after the other in this process.

The result is a JSON object: for each line its exit code, its output and its remarks, as UTF-8 with the line ends of
this system.
"""

from __future__ import annotations

import io
import json
import shlex
import sys
from contextlib import redirect_stderr, redirect_stdout

from convcalc.cli.main import main


def ran(line: str) -> list[int | str]:
    streams = [io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2)]
    code = 0
    with redirect_stdout(streams[0]), redirect_stderr(streams[1]):
        try:
            main(shlex.split(line))
        except SystemExit as ended:
            code = int(ended.code or 0)
        for stream in streams:
            stream.flush()
    return [code, *(stream.buffer.getvalue().decode() for stream in streams)]


if __name__ == "__main__":
    print(json.dumps({line: ran(line) for line in json.load(sys.stdin)}))
