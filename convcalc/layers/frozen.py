"""Objects whose fields are set once, when they are made, like those of a frozen dataclass.

A dataclass writes code for every class, which costs start-up time for every layer kind. Here it only
collects the fields; what is done with them stands once, in `Frozen`.
"""

from __future__ import annotations

from dataclasses import MISSING, FrozenInstanceError, dataclass, fields
from typing import Any, TypeVar, dataclass_transform


class Frozen:
    """Takes its fields by name, and refuses to change them.

    Raises:
        TypeError: a field that it does not have, or none for one without a default.
        FrozenInstanceError: a field is changed later.
    """

    def __init__(self, **given: Any) -> None:
        defaults = {field.name: field.default for field in fields(self)}  # type: ignore[arg-type]
        values = {**defaults, **given}
        wrong = [key for key in values if key not in defaults or values[key] is MISSING]
        if wrong:
            message = f"{type(self).__name__}: not there, or not given: {', '.join(wrong)}"
            raise TypeError(message)
        vars(self).update(values)

    def __setattr__(self, name: str, value: object) -> None:
        message = f"{name} cannot be changed"
        raise FrozenInstanceError(message)

    def __delattr__(self, name: str) -> None:
        message = f"{name} cannot be deleted"
        raise FrozenInstanceError(message)


T = TypeVar("T", bound=type[Frozen])


@dataclass_transform(kw_only_default=True, frozen_default=True)
def frozen(cls: T) -> T:
    """Collect the fields of a class; one without any of its own has those of its parent already."""
    annotations = vars(cls).get("__annotations__", {})  # inspect would import too much
    own = [text for text in annotations.values() if "ClassVar" not in text]
    if own or not hasattr(cls, "__dataclass_fields__"):
        dataclass(init=False, kw_only=True, eq=False, repr=False)(cls)  # in place
    return cls
