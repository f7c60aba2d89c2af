"""yaml-language-server, which checks and completes YAML in VS Code and other editors, driven over stdio.

``python tests/editor/language_runs.py`` gets it once with npm, into ``.cache/platforms`` or the folder in the environment
variable CONVCALC_PLATFORMS.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any, Self

HERE = Path(__file__).resolve().parents[2]
PLACE = Path(os.environ.get("CONVCALC_PLATFORMS") or HERE / ".cache" / "platforms") / "editor"
_PACKAGE = "yaml-language-server@1"
_SERVER = PLACE / "node_modules" / "yaml-language-server" / "bin" / "yaml-language-server"
_DONE = PLACE / "complete"
_SETTINGS = {"validate": True, "hover": True, "completion": True, "schemaStore": {"enable": False}}


def has_server() -> bool:
    """Whether the server is installed."""
    return _DONE.is_file() and shutil.which("node") is not None


def absent() -> str:
    """Why tests that need it are skipped."""
    return f"no {PLACE}; make it with: python tests/editor/language_runs.py"


def make() -> None:
    """Get it with npm."""
    if _DONE.is_file():
        return
    shutil.rmtree(PLACE, ignore_errors=True)
    PLACE.mkdir(parents=True)
    (PLACE / "package.json").write_text('{"private": true}\n', encoding="utf-8")
    install = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", _PACKAGE]
    subprocess.run(install, cwd=PLACE, check=True, timeout=600)
    _DONE.write_text(f"{_PACKAGE}\n", encoding="utf-8")


class Server:
    """A language server with a folder open."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self._count = 0
        self._settings = {**_SETTINGS, **settings}
        self._found: dict[str, list[dict[str, Any]]] = {}
        self._process = subprocess.Popen(
            ["node", str(_SERVER), "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        uri = folder.as_uri()
        able = {"textDocument": {"hover": {"contentFormat": ["markdown"]}}, "workspace": {"configuration": True}}  # fmt: skip
        self.ask("initialize", processId=os.getpid(), rootUri=uri, capabilities=able, workspaceFolders=[{"uri": uri, "name": "x"}])  # fmt: skip
        self.tell("initialized")
        self.tell("workspace/didChangeConfiguration", settings={"yaml": self._settings})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *reason: object) -> None:
        self._process.kill()
        self._process.communicate()

    def tell(self, method: str, **params: Any) -> None:
        """Send a notification."""
        self._send({"method": method, "params": params})

    def ask(self, method: str, **params: Any) -> Any:
        """The answer to a request."""
        self._count += 1
        number = self._count
        self._send({"id": number, "method": method, "params": params})
        while True:
            message = self._receive()
            if message.get("id") == number and "method" not in message:
                assert "error" not in message, message
                return message.get("result")

    def diagnose(self, path: Path, text: str) -> list[str]:
        """Open a file with a text; returns its problems, each with its line."""
        uri = path.as_uri()
        self._found.pop(uri, None)
        self.tell("textDocument/didOpen", textDocument={"uri": uri, "languageId": "yaml", "version": 1, "text": text})  # fmt: skip
        while uri not in self._found:
            self._receive()
        return [f"{each['range']['start']['line'] + 1}: {each['message']}" for each in self._found[uri]]  # fmt: skip

    def complete(self, path: Path, line: int, column: int) -> dict[str, str]:
        """The words offered at a position, counted from 0, each with its description."""
        place = {"line": line, "character": column}
        found = self.ask("textDocument/completion", textDocument={"uri": path.as_uri()}, position=place)  # fmt: skip
        items = found["items"] if isinstance(found, dict) else found or []
        return {item["label"]: _text(item.get("documentation")) for item in items}

    def hover(self, path: Path, line: int, column: int) -> str:
        """The description of a position, counted from 0."""
        place = {"line": line, "character": column}
        found = self.ask("textDocument/hover", textDocument={"uri": path.as_uri()}, position=place)
        return _text(found["contents"]) if found else ""

    def _send(self, message: dict[str, Any]) -> None:
        data = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(data), data))
        self._process.stdin.flush()

    def _receive(self) -> dict[str, Any]:
        """The next message; answers the server's requests, and keeps its findings."""
        stream = self._process.stdout
        assert stream
        length = 0
        while line := stream.readline().strip():
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        message: dict[str, Any] = json.loads(stream.read(length))
        method = message.get("method")
        if method == "textDocument/publishDiagnostics":
            self._found[message["params"]["uri"]] = message["params"]["diagnostics"]
        elif method and "id" in message:
            result: Any = None
            if method == "workspace/configuration":
                result = [self._settings if item.get("section") == "yaml" else {} for item in message["params"]["items"]]  # fmt: skip
            self._send({"id": message["id"], "result": result})
        return message


def _text(found: Any) -> str:
    """A text, or the text of a Markdown object."""
    return found.get("value", "") if isinstance(found, dict) else found or ""


if __name__ == "__main__":
    make()
