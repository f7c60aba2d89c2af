"""Text: its width, how numbers are written, and how each format escapes it.

Every command imports this module, so it imports nothing that is slow to load.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

MAX_SHOWN = 60  # characters of a user's input in a message
PAPER = (
    100  # columns of a table of text if no terminal sets a limit, such as in a pipe or in a file
)

# The sign of each verdict with its word, because not every output can show the sign.
VERDICTS = {
    "right": "✓ correct",
    "other-convention": "~ other convention",
    "follow-through": "~ partly correct",
    "partial": "~ partly correct",
    "wrong": "✗ wrong",
    "unreadable": "? not understood",
}

_NARROW = frozenset("…–−→⌊⌋⌈⌉≤≥≈─₁₂⁶Σσαβλπ")  # our own signs that are one column wide


# ------------------------------------------------------------------------- text on a terminal


def printable(text: str) -> str:
    r"""Show control and other invisible characters as escapes, so that input cannot control a terminal.

    >>> printable("conv\x1b[31m")
    'conv\\x1b[31m'
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def printable_lines(text: str) -> str:
    """Like `printable`, but line breaks stay: a message may contain a line of a file."""
    return "\n".join(printable(line) for line in text.split("\n"))


def shortened(text: str, limit: int = MAX_SHOWN) -> str:
    """Input as part of a message: printable, and cut with … past ``limit`` characters."""
    shown = printable(text[: limit + 1])
    return shown if len(shown) <= limit else shown[:limit] + "…"


def quoted(text: str) -> str:
    r"""Input in quotes for a message.

    >>> print(quoted("conv\x1b1"), quoted("it's"))
    'conv\x1b1' "it's"
    """
    mark = '"' if "'" in text else "'"
    return f"{mark}{shortened(text)}{mark}"


def width(text: str) -> int:
    r"""The columns of a printable text on a terminal.

    Wide letters take two, combining marks none (Unicode Standard Annex 11).

    >>> width("conv"), width("層"), width("e\u0301")
    (4, 2, 1)
    """
    if text.isascii() or max(text) < "\u0300" or all(c < "\u0300" or c in _NARROW for c in text):
        return len(text)
    from unicodedata import category, east_asian_width  # noqa: PLC0415 - few texts need it

    columns = 0
    for c in text:
        if category(c) in ("Mn", "Me", "Cf") or "\u1160" <= c <= "\u11ff":
            continue  # vowels and final letters of Korean syllables
        columns += 2 if east_asian_width(c) in "WF" else 1
    return columns


def is_latin(text: str) -> bool:
    """Whether each letter is one of the first 256, which take one column each; fast for long texts.

    >>> is_latin("3×8×8"), is_latin("層")
    (True, False)
    """
    try:
        text.encode("latin-1")
    except UnicodeEncodeError:
        return False
    return True


def widest(texts: Sequence[str]) -> int:
    """The columns of the widest of some printable texts.

    >>> widest(["conv", "層"])
    4
    """
    return max(map(len if is_latin("".join(texts)) else width, texts))


def wrap(text: str, limit: int | None, indent: str = "", least: int = 20) -> list[str]:
    """A sentence, wrapped to a terminal of ``limit`` columns; words are not split.

    The first line keeps its own indentation, the others get ``indent``. No line is made narrower
    than ``least`` columns.

    >>> wrap("  each of these words is short", 20, indent="    ")
    ['  each of these', '    words is short']
    """
    if limit is None or width(text) <= limit:
        return [text]
    limit = max(limit, least)
    head = text[: len(text) - len(text.lstrip())]
    lines: list[str] = []
    line = head
    gap = ""
    for word in text.lstrip().split(" "):
        if not word:  # repeated spaces stay, unless the line ends there
            gap += " "
            continue
        if line != head and width(line) + len(gap) + width(word) > limit:
            lines.append(line)
            line = head = indent
            gap = ""
        line += gap + word
        gap = " "
    return [*lines, line]


# ----------------------------------------------------------------------------- numbers and words


def grouped(number: int) -> str:
    """A count with thousands separators.

    >>> grouped(138357544)
    '138,357,544'
    """
    return f"{number:,}"


class AtLeast(int):
    """A sum in which something is not counted; it is printed as "at least …".

    >>> f"{AtLeast(1234):,} macs", AtLeast(1234) + 1
    ('at least 1,234 macs', 1235)
    """

    __slots__ = ()

    def __format__(self, spec: str) -> str:
        return f"at least {int(self):{spec}}"


def amount_text(number: int | None) -> str:
    """A grouped number; ``?`` if it is unknown.

    >>> amount_text(1234), amount_text(None)
    ('1,234', '?')
    """
    return "?" if number is None else grouped(number)


def times(shape: Sequence[int]) -> str:
    """A shape.

    >>> times((64, 112, 112))
    '64×112×112'
    """
    return "×".join(map(str, shape))


def per_axis(values: Sequence[Any]) -> str:
    """One value if all axes are equal, otherwise one per axis.

    >>> per_axis([3, 3]), per_axis([3, 1])
    ('3', '3×1')
    """
    texts = [str(value) for value in values]
    return texts[0] if len(set(texts)) == 1 else "×".join(texts)


def nearest(above: int, below: int) -> int:
    """The whole number nearest to a quotient; halves are rounded away from zero.

    >>> nearest(29, 2), nearest(-29, 2), nearest(7, 3)
    (15, -15, 2)
    """
    size = (2 * abs(above) + below) // (2 * below)
    return size if above >= 0 else -size


def as_decimal(exact: str) -> str:
    """A fraction as a decimal, to two places.

    >>> as_decimal("29/2"), as_decimal("7/3"), as_decimal("14"), as_decimal("-1/8")
    ('14.5', '2.33', '14', '-0.13')
    """
    above, _, below = exact.partition("/")
    hundredths = nearest(100 * int(above), int(below or 1))
    whole, rest = divmod(abs(hundredths), 100)
    return f"{'-' if hundredths < 0 else ''}{whole}.{rest:02d}".rstrip("0").rstrip(".")


def article(number: int) -> str:
    """The article before a number: *a* 7-wide window, *an* 11-wide one.

    >>> [article(n) for n in (1, 8, 11, 18, 80, 100, 110, 8_000, 11_000)]
    ['a', 'an', 'an', 'an', 'an', 'a', 'a', 'an', 'an']
    """
    first = f"{number:,}".partition(",")[0]
    return "an" if first[0] == "8" or first in ("11", "18") else "a"


def plural(number: int, noun: str, several: str = "") -> str:
    """A count with its noun.

    >>> plural(1, "layer"), plural(1200, "layer"), plural(2, "is left", "are left")
    ('1 layer', '1,200 layers', '2 are left')
    """
    return f"{number:,} {noun if number == 1 else several or noun + 's'}"


def listed(names: Sequence[str]) -> str:
    """The names of the layers or inputs of a note; of three or more, the first and a number.

    >>> listed(["a", "b"]), listed(["a", "b", "c"])
    ('a and b', 'a and 2 more')
    """
    if len(names) <= 2:
        return " and ".join(names)
    return f"{names[0]} and {len(names) - 1:,} more"


def listing(words: Sequence[str]) -> str:
    """Words joined for a sentence.

    >>> listing(["q1"]), listing(["q1", "q2", "q3"])
    ('q1', 'q1, q2 and q3')
    """
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def one_line(text: str) -> str:
    """A text of several lines as one, printable."""
    return printable(" ".join(text.split()))


# --------------------------------------------------------------------------------------- escapes

SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ⁿˣᵀᵃᵇᵏᵐᵖ", "0123456789-+nxTabkmp"))
SUBSCRIPTS = dict(zip("₀₁₂₃₄₅₆₇₈₉", "0123456789"))

# LaTeX for each sign, without packages; " < > | are other signs in TeX's oldest fonts.
LATEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "_": r"\_",
    "%": r"\%",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "`": r"\`{}",
    '"': r"\char34{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "\N{NO-BREAK SPACE}": "~",
    "\N{THIN SPACE}": r"\,",
    "°": r"$^\circ$",
    "±": r"$\pm$",
    "·": r"$\cdot$",
    "⋅": r"$\cdot$",
    "∙": r"$\bullet$",
    "•": r"$\bullet$",
    "×": r"$\times$",
    "✕": r"$\times$",
    "✖": r"$\times$",
    "⨯": r"$\times$",
    "✗": r"$\times$",
    "✓": r"$\surd$",
    "÷": r"$\div$",
    "¼": r"$\frac14$",
    "½": r"$\frac12$",
    "¾": r"$\frac34$",
    "⅓": r"$\frac13$",
    "⅔": r"$\frac23$",
    "⅙": r"$\frac16$",
    "Σ": r"$\Sigma$",
    "Φ": r"$\Phi$",
    "α": r"$\alpha$",
    "β": r"$\beta$",
    "γ": r"$\gamma$",
    "ε": r"$\varepsilon$",
    "μ": r"$\mu$",
    "σ": r"$\sigma$",
    "λ": r"$\lambda$",
    "π": r"$\pi$",
    "∏": r"$\prod$",
    "√": r"$\surd$",
    "∞": r"$\infty$",
    "≈": r"$\approx$",
    "≠": r"$\neq$",
    "≤": r"$\leq$",
    "≥": r"$\geq$",
    "−": r"$-$",
    "⁄": "/",
    "∕": "/",
    "→": r"$\to$",
    "⌈": r"$\lceil$",
    "⌉": r"$\rceil$",
    "⌊": r"$\lfloor$",
    "⌋": r"$\rfloor$",
    "…": r"\ldots{}",
    "‐": "-",
    "‑": "-",
    "–": r"\textendash{}",
    "—": r"\textemdash{}",
    "‘": "`",
    "’": "'",
    "“": "``",
    "”": "''",
    "─": r"\rule[.5ex]{1em}{.4pt}",
    "▀": r"\rule[.8ex]{.5em}{.8ex}",
    "█": r"\rule{.5em}{1.6ex}",
    "░": r"\rule{.5em}{.2ex}",
    **dict.fromkeys("├┤┼┴", "+"),
    "╯": "'",
    "╰": "`",
    "●": r"$\bullet$",
    **{sign: rf"\textsuperscript{{{letter}}}" for sign, letter in SUPERSCRIPTS.items()},
    **{sign: rf"\textsubscript{{{letter}}}" for sign, letter in SUBSCRIPTS.items()},
    "⁻": r"\textsuperscript{$-$}",
}
MARKDOWN = {
    **{c: f"\\{c}" for c in "\\`*_{}[]#|~$"},
    "&": "&amp;",
    "<": "&lt;",  # entities, because the oldest Markdown cannot escape it
    ">": "&gt;",
}
HTML = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;"}
# Text that a spreadsheet may read as a formula, even after spaces.
FORMULA_SIGNS: tuple[str, ...] = ("=", "+", "-", "@", "\t", "\r", "|")
FORMULA_SIGNS += tuple(chr(ord(sign) + 0xFEE0) for sign in "=+-@")  # full-width, East Asia

# Replacements for a terminal without these characters.
ASCII = {
    "×": "x", "·": "*", "−": "-", "–": "-", "…": "...", "─": "-", "→": "->", "⌊": "floor(",
    "⌋": ")", "⌈": "ceil(", "⌉": ")", "≥": ">=", "≤": "<=", "≈": "~", "±": "+-", "°": " deg",
    "Σ": "sum", "∏": "prod", "α": "alpha", "β": "beta", "σ": "sigma", "λ": "lambda", "π": "pi", "μ": "u", "γ": "gamma", "ε": "eps", "≠": "!=", "▀": "#", "Φ": "Phi", "√": "sqrt ",
    "✓": "ok", "✗": "x", "█": "#", "░": ".", "∞": "inf", "│": "|", "├": "+", "┤": "+", "┼": "+", "┴": "+", "╯": "'", "╰": "`", "●": "o",
    "½": "1/2", "¼": "1/4", "¾": "3/4", "⅓": "1/3", "⅔": "2/3", "⅙": "1/6", "÷": "/",
    **SUBSCRIPTS,
}  # fmt: skip

_LATEX = str.maketrans(LATEX)
_MARKDOWN = str.maketrans(MARKDOWN)
_HTML = str.maketrans(HTML)
_MARKUP = str.maketrans({sign: HTML[sign] for sign in "&<>"})
_ASCII = str.maketrans(ASCII)
_LETTERS = str.maketrans(SUPERSCRIPTS)
_POWERS = re.compile(f"[{''.join(SUPERSCRIPTS)}]+")


def escape_latex(text: str) -> str:
    r"""Text that LaTeX prints unchanged, on one line.

    >>> print(escape_latex("7 × 7 < 50 %, --memory"))
    7 $\times$ 7 \textless{} 50 \%, -{}-memory
    """
    escaped = printable(text).translate(_LATEX)
    if escaped.lstrip()[:1] in ("[", "*"):  # or the \\ before it reads an argument
        escaped = "{}" + escaped
    # LaTeX turns two hyphens into a dash; done twice, no two stay next to each other.
    return escaped.replace("--", "-{}-").replace("--", "-{}-") if "--" in escaped else escaped


def escape_markdown(text: str) -> str:
    r"""Text that Markdown and its HTML print unchanged, on one line.

    >>> print(escape_markdown("<b> *a* | b`"))
    &lt;b&gt; \*a\* \| b\`
    """
    return printable(text).translate(_MARKDOWN)


def escape_html(text: str) -> str:
    """Text for an HTML page or attribute; line breaks stay.

    >>> escape_html("a < b & 'c'")
    'a &lt; b &amp; &#x27;c&#x27;'
    """
    return printable_lines(text).translate(_HTML)


def escape_markup(text: str) -> str:
    """Text for an HTML or XML element that a program reads; other characters stay unchanged.

    >>> escape_markup("a < b & 'c'")
    "a &lt; b &amp; 'c'"
    """
    return text.translate(_MARKUP)


def escape_json(text: str) -> str:
    r"""JSON with invisible characters escaped; letters and line breaks stay, the meaning is the same.

    >>> print(escape_json('"é\x9b31m"'))
    "é\u009b31m"
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\n" else _json_escape(c) for c in text)


def _json_escape(c: str) -> str:
    """A character in JSON, as one or two UTF-16 units."""
    units = c.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[i : i + 4]}" for i in range(0, len(units), 4))


def as_ascii(text: str) -> str:
    """Text with the project's own signs in ASCII.

    >>> as_ascii("28×28 → ⌊(28 − 5) / 2⌋")
    '28x28 -> floor((28 - 5) / 2)'
    """
    if not text.isascii():
        text = _POWERS.sub(lambda run: f"^{run[0].translate(_LETTERS)}", text)
    return text.translate(_ASCII)


def guard_cell(value: Any) -> Any:
    """A spreadsheet cell that is not read as a formula; only text needs the guard.

    >>> guard_cell("=cmd|' /C calc'!A0"), guard_cell(" +1"), guard_cell("-3"), guard_cell("28×28")
    ("'=cmd|' /C calc'!A0", "' +1", '-3', '28×28')
    """
    if not isinstance(value, str):
        return value
    text = printable(value)
    if text.lstrip()[:1] in FORMULA_SIGNS and not _is_negative(text):
        text = f"'{text}"
    # If the comma is the decimal sign, a spreadsheet splits the line at semicolons.
    first, *rest = text.split(";")
    return ";".join([first, *map(_guarded_part, rest)]) if rest else text


def _guarded_part(part: str) -> str:
    """The part after a semicolon, guarded; a part that already has a guard gets another."""
    bare = part.lstrip()
    if bare.lstrip("'")[:1] in FORMULA_SIGNS and not _is_negative(bare):
        return f"{part[: len(part) - len(bare)]}'{bare}"
    return part


def unguard_cell(text: str) -> str:
    """A cell without the guard against formulas.

    >>> unguard_cell("'=1+1"), unguard_cell("'tis")
    ('=1+1', "'tis")
    """
    if text[:1] == "'" and text[1:].lstrip()[:1] in FORMULA_SIGNS:
        text = text[1:]
    first, *rest = text.split(";")
    return ";".join([first, *map(_unguarded_part, rest)]) if rest else text


def _unguarded_part(part: str) -> str:
    """The part after a semicolon, without its guard."""
    bare = part.lstrip()
    sign = bare.lstrip("'")[:1]
    if bare[:1] == "'" and sign in FORMULA_SIGNS and not sign.isspace():  # a typed tab
        return part[: len(part) - len(bare)] + bare[1:]
    return part


def _is_negative(text: str) -> bool:
    """Whether a text is only a minus, or a negative number in plain digits."""
    digits = text[1:].replace(".", "", 1)
    plain = digits.isascii() and digits.isdigit() and text[1:2] != "." and text[-1] != "."
    return text == "-" or (text[0] == "-" and plain and len(text) <= 30)
