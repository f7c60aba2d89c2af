"""The formula of an output size, as slides and homework write it, ``(32-k+2p)/s+1=10``: the command that works it out.

Nothing of it is evaluated: the text is cut into its terms.
"""

from __future__ import annotations

import re

_SIGNS = str.maketrans({"−": "-", "–": "-", "×": "*", "·": "*", "÷": "/", "⌊": "(", "⌋": ")", "[": "(", "]": ")"})  # fmt: skip
_TERM = re.compile(
    r"(?P<sign>[+-]?)(?:2\*?(?P<padding>[a-z]+)|2\*(?P<cells>\d+)|2\*?\((?P<bracketed>\d+|[a-z]+)\)|(?P<single>\d+|[a-z]+))"
)
_PARAMS = re.compile(r"\(?(?P<k>\d{1,5})\*(?P=k)\*(?P<cin>\d{1,6})\+1\)?\*(?P<filters>\d{1,6})")
_ONE = re.compile(r"\d+|[a-z]+")
_MOST = 80  # characters
_EXAMPLE = {"n": 32, "k": 5, "s": 1, "p": 2, "o": 0}
_Sizes = dict[str, int | None]  # None for a letter


def of_formula(text: str) -> str:
    """What to type for the formula of an output size, or for an equation with it; empty for other texts.

    >>> of_formula("(32-5)/3+1")
    'convcalc works out the formula itself; type convcalc layer --n 32 --k 5 --s 3'
    >>> of_formula("(n-5)/s+1")
    'give each letter of the formula a number, as in convcalc layer --n 32 --k 5 --s 1'
    """
    found = _sizes_in(text)
    if not found:
        return ""
    if line := _line(found):
        return f"convcalc works out the formula itself; type convcalc {line}"
    example = {name: _EXAMPLE[name] if size is None else size for name, size in found.items()}
    example.pop("o")
    return f"give each letter of the formula a number, as in convcalc layer {_options(example)}"


def of_parameters(text: str) -> str:
    """The options of a question about parameters, from the formula of its answer; empty for other texts.

    >>> of_parameters("(5*5*3+1)*100"), of_parameters("5*5*3")
    ('--params --k 5 --cin 3 --filters 100', '')
    """
    found = _PARAMS.fullmatch(re.sub(r"\s", "", text.translate(_SIGNS)))
    return found.expand(r"--params --k \g<k> --cin \g<cin> --filters \g<filters>") if found else ""


def _line(found: _Sizes) -> str:
    """The command that finds the only unknown size, or the sizes of a layer; empty if too many are unknown.

    >>> _line(_sizes_in("(224-7+2p)/2+1=112")), _line(_sizes_in("(32-k)/s+1 = 10"))
    ('solve --n 224 --o 112 --k 7 --s 2', 'solve --n 32 --o 10 --p 0')
    >>> _line(_sizes_in("(32 - 5 + 2*2)/1 + 1 = 32")), _line(_sizes_in("(n-3)/2+1 = 7"))
    ('why 32 --size --n 32 --k 5 --s 1 --p 2', 'layer --kind conv_transpose --n 7 --k 3 --s 2')
    """
    known = {name: size for name, size in found.items() if size is not None}
    wanted = known.pop("o", None)
    unknown = found.keys() - known.keys() - {"o"}
    if not unknown:
        question = "layer" if wanted is None else f"why {wanted} --size"
        return f"{question} {_options(known)}"
    if wanted is not None and unknown == {"n"}:
        return f"layer --kind conv_transpose {_options({**known, 'n': wanted})}"
    if wanted is None or "n" not in known:
        return ""
    known.update({"p": 0} if "p" not in found else {})
    return f"solve --n {known.pop('n')} --o {wanted} {_options(known)}".strip()


def _options(known: dict[str, int]) -> str:
    """Sizes as options, in the usual order."""
    return " ".join(f"--{name} {known[name]}" for name in "nksp" if name in known)


def _sizes_in(text: str) -> _Sizes:
    """The sizes in a formula, by our letters; empty for another text."""
    plain = re.sub(r"\s|floor", "", text.translate(_SIGNS).lower())
    left, equals, right = plain.partition("=")
    if len(text) > _MOST or not plain or "=" in right:
        return {}
    sides = [(left, right), (right, left)] if equals else [(left, "o")]
    for formula, size in sides:
        found = _terms_of(formula)
        if found and _ONE.fullmatch(size):
            return {**found, "o": _number(size)}
    return {}


def _terms_of(formula: str) -> _Sizes:
    """The sizes in ``(n-k+2p)/s+1``; without a stride it is 1."""
    whole = _bare(formula)
    inside = _bare(whole.removeprefix("1+") if whole.startswith("1+") else whole.removesuffix("+1"))
    above, slash, below = inside.rpartition("/")
    if inside == whole or (slash and not _ONE.fullmatch(_bare(below))):
        return {}
    terms = list(_TERM.finditer(_bare(above if slash else inside)))
    if "".join(term[0] for term in terms) != _bare(above if slash else inside) or len(terms) < 2:
        return {}
    found: _Sizes = {}
    for term in terms:
        doubled = term["padding"] or term["cells"] or term["bracketed"]
        name = "k" if term["sign"] == "-" else "p" if doubled or found else "n"
        size = _number(doubled or term["single"])
        if name in found or (name == "p" and not doubled and (size is None or size % 2)):
            return {}
        found[name] = size // 2 if name == "p" and not doubled and size else size
    if not {"n", "k"} <= found.keys():
        return {}
    return {**found, "s": _number(_bare(below))} if slash else found


def _number(text: str) -> int | None:
    return int(text) if text.isdigit() else None


def _bare(text: str) -> str:
    """A text without brackets around all of it."""
    while text.startswith("(") and text.endswith(")"):
        depth = 0
        for sign in text[:-1]:
            depth += (sign == "(") - (sign == ")")
            if not depth:
                return text
        text = text[1:-1]
    return text
