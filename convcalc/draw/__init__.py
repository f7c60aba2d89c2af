"""Pictures of layers and networks: for a terminal, as SVG, PNG or a page.

A picture is one class under ``@PICTURES.named("fit")``, in a module of this package. It makes a `Figure`:
plain marks with roles. ``roles`` defines how roles look; ``svg`` and ``png`` write the marks.
"""

from convcalc.draw.base import PICTURES, Picture

PICTURES.modules(
    "convcalc.draw",
    {"fit": "fit", "window": "window", "net": "net", "cost": "cost", "field": "field"},
)

__all__ = ["PICTURES", "Picture"]
