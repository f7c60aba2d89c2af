"""The platforms by name; the package says which module has which."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convcalc.registry import Registry

if TYPE_CHECKING:
    from convcalc.homework.exports.base import Export

EXPORTS: Registry[type[Export]] = Registry("platform")
