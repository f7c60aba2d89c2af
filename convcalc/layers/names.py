"""Names of kinds here and in other libraries, and the number of axes in a name."""

from __future__ import annotations


def with_dimensions(name: str) -> tuple[str, ...]:
    """A library's names for one, two and three axes.

    >>> with_dimensions("Conv{}d")
    ('Conv1d', 'Conv2d', 'Conv3d')
    """
    return tuple([name.format(axes) for axes in (1, 2, 3)])


def plain(word: str) -> str:
    """A name for comparing: in small letters, without underscores and hyphens.

    >>> plain("Conv2DTranspose"), plain("max_pool"), plain("MaxPool")
    ('conv2dtranspose', 'maxpool', 'maxpool')
    """
    return word.lower().replace("_", "").replace("-", "")


def axes_in(word: str) -> int:
    """The number of axes in a name, or 0.

    >>> axes_in("conv1d"), axes_in("Conv2DTranspose"), axes_in("conv"), axes_in("relu6")
    (1, 2, 0, 0)
    """
    lowered = word.lower()
    return next((axes for axes in (1, 2, 3) if f"{axes}d" in lowered), 0)
