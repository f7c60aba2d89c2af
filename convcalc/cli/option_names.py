"""Other names of the options: from other libraries, and from everyday language."""

from __future__ import annotations

# Our options with their other names; a command uses the first option that it has.
_NAMES: tuple[tuple[tuple[str, ...], str], ...] = (
    (("--n", "--input"), "input-size in-size image-size img-size imgsz img input-res resolution size in w"),
    (("--k",), "kernel kernel-size kernel-shape filter-size pool-size window-size"),
    (("--s",), "stride strides"),
    (("--p",), "padding pad pads zero-padding mode pad-mode"),
    (("--d",), "dilation dilations dilation-rate"),
    (("--a",), "output-padding out-padding"),
    (("--cin",), "in-channels input-channels in-features c-in channels num-features num-channels"),
    (("--filters", "--cout"), "out-channels output-channels num-filters nb-filter num-output c-out filters"),
    (("--units", "--cout"), "units out-features neurons"),
    (("--groups",), "group g"), (("--dims",), "dim ndim rank"), (("--bias",), "use-bias"),
    (("--input", "--x"), "input-shape shape in-shape input image i"),
    (("--kind", "--type"), "layer-type kind type"),
    (("--batch",), "batch-size"),
    (("--ceil",), "ceil-mode"),
    (("--o", "--output", "--out"), "outfile output-file out o save save-to save-as"),
    (("--to",), "format"), (("--device",), "gpu vram"), (("--like",), "tool"), (("--set",), "vary grid param"),
    (("--sort",), "by sort-by order-by"), (("--explain", "--sees"), "layer"), (("--of",), "metric"), (("--rf",), "receptive-field"), (("--draw",), "plot figure diagram"),
    (("--columns",), "cols col-names"),
    (("--precision",), "dtype"), (("--optimizer",), "optim"), (("--roster",), "students class-list"),
    (("--out",), "outdir output-dir out-dir"),
    (("--with-answers", "--key"), "answers solutions with-solutions with-key key"),
)  # fmt: skip
OURS: dict[str, tuple[str, ...]] = {word: ours for ours, words in _NAMES for word in words.split()}
