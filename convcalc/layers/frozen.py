"""Classes with fixed fields, given by name: like frozen dataclasses, but made faster.

`dataclasses` compiles functions for every class; for all layer kinds that takes longer than reading
a network. Here one base class has these functions, and the others only list their fields.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, FrozenInstanceError, dataclass, fields
from typing import Any, ClassVar, TypeVar, dataclass_transform

F = TypeVar("F", bound="type[Frozen]")


class Frozen:
    """An object whose fields cannot change."""

    defaults: ClassVar[Mapping[str, Any]] = {}  # by field; MISSING if a value is required

    def __init__(self, **values: Any) -> None:
        given = {**self.defaults, **values}
        lacking = [name for name, value in given.items() if value is MISSING]
        if lacking or len(given) > len(self.defaults):
            unknown = [name for name in values if name not in self.defaults]
            said = {"lacks": lacking, "has no": unknown}
            parts = [f"{verb} {', '.join(names)}" for verb, names in said.items() if names]
            message = f"{type(self).__name__} {' and '.join(parts)}"
            raise TypeError(message)
        self.__dict__.update(given)

    def __repr__(self) -> str:
        own = {name: getattr(self, name) for name in self.defaults}
        said = [f"{name}={v!r}" for name, v in own.items() if v != self.defaults[name]]
        return f"{type(self).__name__}({', '.join(said)})"

    def __setattr__(self, name: str, value: Any) -> None:
        message = f"cannot assign to field {name!r}"
        raise FrozenInstanceError(message)

    def __delattr__(self, name: str) -> None:
        message = f"cannot delete field {name!r}"
        raise FrozenInstanceError(message)


@dataclass_transform(kw_only_default=True, frozen_default=True)
def frozen(cls: F) -> F:
    """Make the annotations of a class its fields, after those of its parents.

    A class without fields of its own uses its parent's.
    """
    annotations = vars(cls).get("__annotations__", {})  # importing inspect would be slow
    own = [text for text in annotations.values() if "ClassVar" not in text]
    if not own and hasattr(cls, "__dataclass_fields__"):
        return cls
    dataclass(init=False, kw_only=True, eq=False, repr=False)(cls)  # in place
    made: Any = cls  # now a dataclass
    cls.defaults = {field.name: field.default for field in fields(made)}
    return cls
