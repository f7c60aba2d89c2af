"""Text before and between the layers of a network in words: an introduction, lists of filters."""

from __future__ import annotations

import re

from convcalc.network.notations.word_tokens import tokens

_ABOUT = r"(?:small|simple|tiny|deep|shallow|basic|following|given|whole|entire)"
_NET = (
    r"(?:conv(?:olutional)?[ -])?(?:neural[ -])?net(?:work)?|cnn|convnet|model|architecture|classifier|encoder|"
    r"feature extractor|backbone"
)
_OF = (
    r"(?:(?:which |that )?(?:is |was )?(?:composed|comprised|made(?: up)?|built(?: up)?) (?:of|from|out of)|"
    r"(?:which |that )?(?:consists|consisting) of|(?:which |that )?(?:comprises|comprising|contains|containing|has|having|with|uses))"
)
_REST = r"(?: the following)?(?: (?:layers|parts|steps))?(?: in (?:this )?order)?(?: ?:)?"
_LEAD = re.compile(
    rf"^\s*(?:(?:(?:we|you) (?:have|use|build|are given) |consider |take |given )?(?:(?:the|an?|this|our|your|my) )?"
    rf"(?:{_ABOUT} )*(?:{_NET})(?: {_OF}| ?:)|{_OF}){_REST}\s+(?=\S)",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"(?<![\w.])\d{1,9} (?:\d{1,9}(?:x\d{1,9}){1,2} )?(?:filters?|kernels?)\b", re.IGNORECASE
)
_COMMA = re.compile(r",| and (?=\d{1,9} )")
_LAYERS = (
    "layer",
    "chain",
    "word",
    "letter",
    "vague",
    "gives",
    "count",
    "before",
    "times",
    "layers",
)


def without_lead(text: str) -> str:
    """A text without an introduction such as "the network consists of".

    >>> without_lead("The network is composed of a conv layer with 8 filters of size 3x3")
    'a conv layer with 8 filters of size 3x3'
    >>> without_lead("conv 3x3, 8")
    'conv 3x3, 8'
    """
    return _LEAD.sub("", text, count=1)


def filters_apart(segment: str) -> list[str]:
    """Split a list of filters without layer names into separate layers.

    >>> filters_apart("8 filters of size 3x3, 16 filters 5x5 stride 2")
    ['8 filters of size 3x3', '16 filters 5x5 stride 2']
    >>> filters_apart("8 filters of size 3x3, stride 2")
    ['8 filters of size 3x3, stride 2']
    """
    parts = [part.strip() for part in _COMMA.split(segment)]
    if sum(bool(_COUNTED.search(part)) for part in parts) < 2:
        return [segment]
    if any(token.what in _LAYERS for token in tokens(segment)):
        return [segment]
    joined: list[str] = []
    for part in parts:
        if _COUNTED.search(part) or not joined:
            joined.append(part)
        else:
            joined[-1] = f"{joined[-1]}, {part}"
    return joined
