"""Files: read once up to a limit, written whole or not at all."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from convcalc.errors import UsageError
from convcalc.files import (
    check_place,
    decode,
    open_regular,
    read_file,
    stem_of,
    text_lines,
    write_file,
    write_lines,
)


def refusal(path: object, **how: str) -> str:
    with pytest.raises(UsageError) as caught:
        read_file(str(path), 2**20, "picture", **how)
    return str(caught.value)


def test_bytes_come_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"\x00\xff\r\n")
    assert read_file(str(path), 4) == b"\x00\xff\r\n"


def test_every_refusal_says_where_what_and_what_to_do(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    assert refusal(gone) == f"{gone}: cannot be read: No such file or directory; check the name"
    assert (
        refusal(gone, option="--x")
        == f"--x {gone}: cannot be read: No such file or directory; check the name"
    )
    assert refusal(tmp_path) == f"{tmp_path}: is a folder; name a picture in it"
    assert refusal("a\0b") == "a\\x00b: is not a file name; check the name"
    assert refusal("a\ud800") == "a\\ud800: is not a file name; check the name"
    assert len(refusal("x" * 5000)) < 200


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("x.yaml", "x"),
        ("a.b/x.convcalc.yaml", "x"),
        ("X.Convcalc.YML", "X"),
        ("ps1.sheet.yaml", "ps1"),
        ("my.net.convcalc.yaml", "my.net"),
        ("my.net.yaml", "my.net"),
        ("x.sheet.onnx", "x.sheet"),
        (".convcalc.yaml", ".convcalc"),
        ("convcalc.yaml", "convcalc"),
        ("sheet", "sheet"),
        ("<stdin>", "<stdin>"),
    ],
)
def test_the_name_of_a_file_is_without_what_its_editor_needs(path: str, name: str) -> None:
    assert stem_of(path) == name


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_closed_file_is_told_from_a_missing_one(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.touch(0o000)
    assert refusal(path).endswith("no permission to read it; change its permissions")


def test_a_file_past_the_limit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x" * (2**20 + 1))
    assert refusal(path) == f"{path}: larger than 1 MiB; use a smaller picture"
    assert refusal(path, way_out="crop it").endswith("larger than 1 MiB; crop it")
    assert refusal("/dev/zero").endswith("larger than 1 MiB; use a smaller picture")


def test_a_regular_file_is_opened_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"abc")
    (tmp_path / "link").symlink_to(path)
    os.mkfifo(tmp_path / "pipe")
    with open_regular(str(path)) as file:
        assert file.read() == b"abc"
    with open_regular(str(tmp_path / "link"), follow=True) as file:
        assert file.read() == b"abc"
    with pytest.raises(OSError, match="symbolic links"), open_regular(str(tmp_path / "link")):
        pass
    for name in ("pipe", "."):
        with (
            pytest.raises(ValueError, match="not a regular file"),
            open_regular(str(tmp_path / name)),
        ):
            pass


def test_lines_of_a_text_come_one_at_a_time_with_their_ends(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"\xef\xbb\xbfa\r\nb\xff\n")
    assert list(text_lines(str(path), "grade again")) == ["a\r\n", "b\ufffd\n"]
    with pytest.raises(UsageError, match=r"gone: cannot be read: No such file.*; grade again"):
        list(text_lines(str(tmp_path / "gone"), "grade again"))


def test_a_pipe_is_read_to_its_end(tmp_path: Path) -> None:
    script = "import sys; from convcalc.files import read_file; print(len(read_file(sys.argv[1], 999999)))"
    ran = subprocess.run(
        ["bash", "-c", f"{sys.executable} -c '{script}' <(head -c 300000 /dev/zero)"],
        capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
    )  # fmt: skip
    assert ran.stdout == "300000\n"


def test_standard_input_is_a_file_like_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"abc")))
    assert read_file("-", 3) == b"abc"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"abcd")))
    assert refusal_of_stdin(3) == "<stdin>: larger than 3 bytes; use a smaller picture"
    monkeypatch.setattr(sys, "stdin", None)
    assert refusal_of_stdin(3) == "<stdin>: cannot be read; give a file, or pipe a picture in"
    closed = io.TextIOWrapper(io.BytesIO())
    closed.close()
    monkeypatch.setattr(sys, "stdin", closed)
    assert refusal_of_stdin(3) == "<stdin>: cannot be read; give a file, or pipe a picture in"


def refusal_of_stdin(most: int) -> str:
    with pytest.raises(UsageError) as caught:
        read_file("-", most, "picture")
    return str(caught.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_text_is_utf_8_or_utf_16_with_its_mark(encoding: str) -> None:
    assert decode("a × b".encode(encoding), "f") == "a × b"


def test_text_of_the_other_byte_order_is_read_too() -> None:
    assert decode(b"\xfe\xff" + "×".encode("utf-16-be"), "f") == "×"


@pytest.mark.parametrize(
    ("data", "at"),
    [("×".encode("latin-1"), "0xd7 at 0"), (b"\xff\xfea", "0x61 at 2"), ("×".encode("utf-32"), "0xff at 0")],
)  # fmt: skip
def test_what_is_not_text_is_refused_with_the_byte(data: bytes, at: str) -> None:
    with pytest.raises(UsageError, match=rf"^f: not UTF-8 text \(byte {at}\); save it as UTF-8$"):
        decode(data, "f")


# ---------------------------------------------------------------------------------- a whole file


def test_a_file_is_whole_or_not_there(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("before")

    def parts() -> object:
        yield b"half"
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_file(str(path), parts())  # type: ignore[arg-type]
    assert path.read_text() == "before"
    assert [each.name for each in tmp_path.iterdir()] == ["a.txt"]
    write_lines(str(path), ["one", "×"])
    assert path.read_text(encoding="utf-8") == "one\n×\n"


def test_a_place_that_cannot_be_written_is_refused_before_the_work(tmp_path: Path) -> None:
    check_place(str(tmp_path / "new"))
    check_place(os.devnull)
    refused = "cannot be written: .*; choose another place"
    places = {tmp_path: refused, tmp_path / "no" / "new": refused, "a\0b": "is not a file name; choose another"}  # fmt: skip
    for place, said in places.items():
        for writes in (check_place, lambda path: write_file(path, [])):
            with pytest.raises(UsageError, match=rf"^-o .*: {said}$"):
                writes(str(place))
    with pytest.raises(UsageError, match=r"^--key "):
        check_place(str(tmp_path), "--key")
