"""Any notation as plain characters: LaTeX, Markdown, HTML, and the digits and signs of any script.

Every step reads any text only once: no pattern here can backtrack over more than a few
characters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from fractions import Fraction

MAX_NUMBER = 400  # longest answer of one or a few numbers, in characters


class Unreadable(Exception):  # noqa: N818 - the verdict has the same name
    """Why an answer cannot be read."""


LOOKALIKES = str.maketrans(
    {
        "−": "-", "–": "-", "—": "-", "‐": "-", "‑": "-", "×": "x", "✕": "x", "✖": "x", "⨯": "x",
        "·": "*", "∙": "*", "⋅": "*", "•": "*", "∗": "*", "÷": "/", "⁄": "/", "∕": "/", "’": "'", "‘": "'",
        "“": '"', "”": '"', "٬": "'", "٫": ".", "⟨": "<", "⟩": ">", "\u200b": None, "\ufeff": None,
        "⇒": "→", "⟶": "→", "⟹": "→", "➔": "→", "➜": "→", "∴": "→", "≃": "≈", "≅": "≈", "≡": "=", "∼": "~",
    }
)  # fmt: skip

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_POWERS = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+")
VULGAR = "¼½¾⅐⅑⅒⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"
_VULGAR = re.compile(rf"(?:(\d{{1,30}})\s?)?([{VULGAR}])")
_MIXED = re.compile(r"(?<![\d.,/*x^-])(\d{1,9}) (\d{1,4}/\d{1,4})(?![\d.,/*x^])")

_SUP = re.compile(r"<sup>\s{0,3}([^<>]{1,20}?)\s{0,3}</sup>", re.IGNORECASE)
_STRUCK = re.compile(r"~~[^~]{1,200}~~|<(?:del|s)>[^<>]{1,200}</(?:del|s)>")
_TAG = re.compile(r"</?(?:p|b|i|u|em|strong|br|span|div|sub|code|pre|li|ul|ol|font|mark)\b[^<>]{0,200}>", re.IGNORECASE)  # fmt: skip
_EMPHASIS = re.compile(
    r"(?<![\w)*\]])(\*{1,3}|_{1,3}|`{1,3})(?=[^\s*_`])([^*_`]+)(?<=\S)\1(?![\w(*])"
)
_AROUND = re.compile(
    r"^(\s{0,9}[*_`]{1,3})(?=[^\s*_`])(.*[^\s*_`])[*_`]{1,3}\s{0,9}$", re.MULTILINE
)
_CYRILLIC = re.compile(r"(?<=[\d\s)])[хХ](?=[\d\s(])")
_FENCE = re.compile(r"^\s{0,3}```.*$", re.MULTILINE)

_COMMANDS = {
    "times": "x", "cdot": "*", "ast": "*", "bullet": "*", "div": "/", "approx": "≈", "sim": "≈", "simeq": "≈", "cong": "≈", "equiv": "=",
    "to": "→", "rightarrow": "→", "Rightarrow": "→", "longrightarrow": "→", "implies": "→", "therefore": "→", "mapsto": "→",
    "left": "", "right": "", "big": "", "Big": "", "bigg": "", "displaystyle": "", "limits": "", "lfloor": "⌊", "rfloor": "⌋", "lceil": "⌈", "rceil": "⌉",
    "ldots": "...", "dots": "...", "cdots": "...", "ge": ">", "geq": ">", "quad": " ", "qquad": " ", "enspace": " ", "thinspace": " ", "space": " ",
    "text": "", "textbf": "", "textit": "", "texttt": "", "mathrm": "", "mathbf": "", "mathit": "", "mathsf": "", "operatorname": "", "boxed": "", "fbox": "", "emph": "",
}  # fmt: skip
_COMMAND = re.compile(r"\\([A-Za-z]{1,20}) ?")
_FRACTION = re.compile(r"\\[dtc]?frac\s?(?:(\d)\s?(\d)(?!\d)|(?=\{|\\|\d))")
_DELIMITERS = re.compile(r"\\[()\[\]]|\$+")
_SPACES = re.compile(r"\\[,;:! ]|~(?=\d)")


def clean(text: str, limit: int = MAX_NUMBER) -> str:
    r"""The text in plain characters: digits of any script as 0-9, every cross as x, every space as one kind.

    >>> clean("  ３²×１０\u2009000 ")
    '3^2x10 000'
    >>> clean(r"$\frac{7}{3}$"), clean("**320**"), clean("2⅓")
    ('((7)/(3))', '320', '(2+1/3)')
    """
    return " ".join(lines_of(text, limit)).strip("`'\"$ ")


def lines_of(text: str, limit: int = MAX_NUMBER) -> list[str]:
    """The lines of a text in plain characters, without empty ones."""
    if len(text) > limit:
        message = f"{len(text):,} characters; an answer here has at most {limit:,}"
        raise Unreadable(message)
    text = plain(text)
    found = (" ".join(line.split()).strip("`'\"$ ") for line in text.split("\n"))
    return [_MIXED.sub(r"(\1+\2)", line) for line in found if line]


def plain(text: str) -> str:
    """A text without HTML, Markdown and LaTeX, every sign in its plain form; lines are kept."""
    text = without_markup(text, signs)
    return _CYRILLIC.sub("x", text)


def signs(text: str) -> str:
    """Every sign and digit in its plain form."""
    text = _POWERS.sub(lambda m: "^" + m[0].translate(_SUPERSCRIPTS), text)
    text = _VULGAR.sub(_vulgar_fraction, text).translate(LOOKALIKES)
    return unicodedata.normalize("NFKC", text).translate(LOOKALIKES)


def without_markup(text: str, between: Callable[[str], str] = str) -> str:
    """A text without HTML, LaTeX and Markdown; a step between the first and the others may be given."""
    if "&" in text or "<" in text:
        text = _without_html(text)
    text = between(text)
    if any(sign in text for sign in "\\${"):
        text = _without_latex(text)
    if any(sign in text for sign in "*_`~"):
        text = _STRUCK.sub(" ", _FENCE.sub("", text))
        text = _EMPHASIS.sub(r"\2", _EMPHASIS.sub(r"\2", text))
        text = _AROUND.sub(r"\2", text)
    return text


def _without_html(text: str) -> str:
    """A text without tags, and with character references replaced by their characters."""
    import html

    text = _SUP.sub(r"^(\1)", html.unescape(text))
    return _TAG.sub(
        lambda m: "\n" if m[0][1:3].lower() in ("br", "p>", "li") else " ", _STRUCK.sub(" ", text)
    )


def _vulgar_fraction(match: re.Match[str]) -> str:
    """2⅓ as (2+1/3)."""
    part = Fraction(unicodedata.numeric(match[2])).limit_denominator(10)
    return f"({match[1]}+{part})" if match[1] else f"({part})"


def _without_latex(text: str) -> str:
    r"""Commands of LaTeX as plain signs: ``\times`` as x, ``\frac{7}{3}`` as ((7)/(3)).

    >>> _without_latex(r"\(2 \times 10^{3}\)"), _without_latex(r"7{,}600")
    (' 2 x10^(3) ', '7,600')
    """
    text = _SPACES.sub(" ", _DELIMITERS.sub(" ", text)).replace("{,}", ",").replace("{}", " ")
    text = text.replace("\\%", "%").replace("\\#", "#").replace("\\_", "_").replace("\\&", "&")
    text = _fractions(text)
    text = _COMMAND.sub(lambda m: _COMMANDS.get(m[1], f" {m[1]} "), text)
    return text.replace("{", "(").replace("}", ")")


def _fractions(text: str) -> str:
    r"""Each ``\frac{a}{b}`` as ((a)/(b)); after a number it is added to it."""
    found: list[str] = []
    at = 0
    for match in _FRACTION.finditer(text):
        if match.start() < at:
            continue
        if match[1]:
            top, bottom, end = match[1], match[2], match.end()
        else:
            top, middle = _group(text, match.end())
            bottom, end = _group(text, middle)
        before = text[at : match.start()]
        number = re.search(r"(?<![\d.,^*/x])(\d{1,9})\s?$", before[-12:])
        found.append(before[: -len(number[0])] if number else before)
        inner = f"({_nested(top)})/({_nested(bottom)})"
        found.append(f"({number[1]}+{inner})" if number else f"({inner})")
        at = end
    found.append(text[at:])
    return "".join(found)


def _nested(text: str) -> str:
    """A numerator or denominator with the fractions in it; deeply nested ones are not read."""
    return _fractions(text) if text.count("\\") < 8 and "frac" in text else text


def _group(text: str, at: int) -> tuple[str, int]:
    """The content of braces at a position, or the one character there, and where it ends."""
    while text[at : at + 1] == " ":
        at += 1
    if text[at : at + 1] != "{":
        return text[at : at + 1], at + 1
    depth = 0
    for place in range(at, len(text)):
        depth += (text[place] == "{") - (text[place] == "}")
        if not depth:
            return text[at + 1 : place], place + 1
    return text[at + 1 :], len(text)


# ----------------------------------------------------------------------- remarks on what is absent

# "with no padding", "since there is no padding", "no padding is needed" are not about a size
NOTHING_ADDED = re.compile(
    r"(?:\b(?:with|since|because|as|for|if|when|and|assuming|so) )?(?:\b(?:there|it|we|i) ?(?:is|was|are|has|have|use|used|'s) )?"
    r"\b(?:no|not any|without|without any|zero) (?:extra |zero[- ]|any |more |further )?(?:padding|pads?|zeros|zeroes|dilation|bias(?:es)?|rounding|remainder)\b"
    r"(?: (?:is|was|at all|used|needed|applied|added|required|here|necessary)\b){0,3}",
    re.IGNORECASE,
)
_NOT_THIS = re.compile(
    r",?\s?(?:and )?\bnot (?:= ?)?(?=[\d(\[])[^,;\na-wyz]{1,40}(?: but)?", re.IGNORECASE
)


def without_asides(text: str) -> str:
    """A text without remarks on what is absent, if numbers remain.

    >>> [without_asides(text).strip() for text in ("28 (no padding)", "28x28, not 27x27", "no padding", "14.5, not whole")]
    ['28', '28x28', 'no padding', '14.5, not whole']
    """
    shorter = _NOT_THIS.sub(" ", NOTHING_ADDED.sub(" ", text))
    if shorter == text or not any(map(str.isdigit, shorter)):
        return text
    return shorter.replace("( )", " ").strip(" ,;:")


# ------------------------------------------------------------------------- one thing after another

_STEP = re.compile(
    r"(?<![!<>])={1,2}>?|-{1,2}>|→|≈|~|;?\s?\b(?:so|thus|hence|therefore|gives|equals|makes|ie|that is|which is|rounded(?: down| up)? to)\b|\bi\.e\.",
    re.IGNORECASE,
)
_CLOSING = {"(": ")", "[": "]", "⌊": "⌋", "⌈": "⌉"}
_LABEL = re.compile(r"^[\"'(#]?[^\W\d][^:=;,]{0,60}:(?=\s|\W|$|\d)\s?")
_POINT = re.compile(r"^(?:\(?[a-z]\)\s|[>#]\s)")


def steps(lines: list[str]) -> list[list[str]]:
    """The steps of a text: its lines, and the parts after → or "so", each cut at = and ≈.

    >>> steps(["(32-5)/1+1 = 28, so 28x28x6 = 4704"])
    [['(32-5)/1+1', '28'], ['28x28x6', '4704']]
    """
    found: list[list[str]] = []
    for line in lines:
        rest = _LABEL.sub("", _POINT.sub("", line, count=1), count=1)
        parts: list[str] = [""]
        for sign, part in _cut(rest):
            if sign in ("=", "==", "≈", "~") or not any(parts):
                parts.append(part)
            else:
                found.append(parts)
                parts = [part]
        found.append(parts)
    stripped = [[_bare(part) for part in parts] for parts in found]
    kept = [[part for part in parts if part] for parts in stripped]
    return [parts for parts in kept if parts]


def _bare(part: str) -> str:
    """A part without the signs around it; the comma of ,5 stays."""
    part = part.strip(" ;:").rstrip(" ,;:")
    return part if _DECIMALS.match(part) else part.lstrip(" ,;:")


_DECIMALS = re.compile(r",\d")


def _cut(line: str) -> Iterator[tuple[str, str]]:
    """A line cut at signs outside brackets: the parts, each with the sign before it."""
    depth, start, sign, at = 0, 0, "=", 0
    places = {match.start(): match for match in _STEP.finditer(line)}
    while at < len(line):
        character = line[at]
        depth = max(0, depth + (character in "([{⌊⌈") - (character in ")]}⌋⌉"))
        match = places.get(at)
        if match and not depth:
            yield sign, line[start:at]
            sign, at = match[0].strip(" ;").lower(), match.end()
            start = at
        else:
            at += 1
    yield sign, line[start:]


def split(text: str, pattern: re.Pattern[str]) -> list[str]:
    """A text cut wherever the pattern matches outside brackets.

    >>> split("(2x3)x4", re.compile("x"))
    ['(2x3)', '4']
    """
    depth, start = 0, 0
    found = []
    cuts = {match.start(): match.end() for match in pattern.finditer(text)}
    for at, character in enumerate(text):
        depth = max(0, depth + (character in "([{") - (character in ")]}"))
        if at in cuts and not depth and at >= start:
            found.append(text[start:at])
            start = cuts[at]
    return [*found, text[start:]]


_MAX_BRACKETS = 8  # brackets around a whole answer; with more it is not an answer


def unwrapped(text: str) -> str:
    """A text without the brackets that enclose all of it.

    >>> unwrapped("[(28, 28, 6)]"), unwrapped("(2)x(3)")
    ('28, 28, 6', '(2)x(3)')
    """
    pairs = {"(": ")", "[": "]", "{": "}", "<": ">"}
    text = text.strip()
    starts: list[int] = []
    partner: dict[int, int] = {}
    for at, character in enumerate(text):
        if character in pairs:
            starts.append(at)
        elif starts and character == pairs[text[starts[-1]]]:
            partner[starts.pop()] = at
    low, high = 0, len(text) - 1
    for _ in range(_MAX_BRACKETS):
        if partner.get(low) != high:
            break
        low, high = low + 1, high - 1
        while low < high and text[low] == " ":
            low += 1
        while low < high and text[high] == " ":
            high -= 1
    return text[low : high + 1]


def trimmed(text: str, signs: str) -> str:
    """A text without these signs and full stops around it; the point of .09 stays."""
    text = text.strip(signs).rstrip(f"{signs}.")
    return text if _TENTHS.match(text) else text.lstrip(f"{signs}.")


_TENTHS = re.compile(r"\.\d")
