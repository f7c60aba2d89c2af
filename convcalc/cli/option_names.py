"""Other names of the options: from other libraries, and from everyday language."""

from __future__ import annotations

# Our options with their other names; a command uses the first option that it has.
_NAMES: tuple[tuple[tuple[str, ...], str], ...] = (
    (("--n", "--input"), "input-size in-size image-size img-size imgsz img input-res resolution size in w"),
    (("--n",), "input-dim in-dim image-dim length seq-len seq-length sequence-length input-length signal-length"),
    (("--k",), "filter-dim kernel-dim kernel kernel-size kernel-shape filter-size pool-size window-size"),
    (("--s",), "stride strides"),
    (("--p",), "padding pad pads zero-padding mode pad-mode"),
    (("--d",), "dilation dilations dilation-rate"),
    (("--a",), "output-padding out-padding"),
    (("--cin",), "in-channels input-channels depth input-depth in-depth in-features c-in channels num-features num-channels"),
    (("--filters", "--cout"), "kernels num-kernels out-channels output-channels output-depth out-depth num-filters n-filters nb-filter num-output c-out filters"),
    (("--units", "--cout"), "units out-features neurons nodes hidden"),
    (("--groups",), "group g"), (("--dims",), "dim ndim rank"), (("--bias",), "use-bias"),
    (("--input", "--x"), "input-shape input-volume volume shape in-shape input image i"),
    (("--x",), "matrix"),
    (("--kind", "--type"), "layer-type kind type"),
    (("--batch",), "batch-size"),
    (("--ceil",), "ceil-mode"), (("--fit",), "rounding"),
    (("--o", "--output", "--out"), "outfile output-file out o save save-to save-as"),
    (("--to",), "format"), (("--device",), "gpu vram"), (("--like",), "tool"), (("--set",), "vary grid param"),
    (("--sort",), "by sort-by order-by"), (("--explain", "--sees"), "layer"), (("--explain",), "steps show-steps working"), (("--of",), "metric"), (("--rf",), "receptive-field"), (("--draw",), "plot figure diagram"),
    (("--columns",), "cols col-names"),
    (("--jobs",), "workers num-workers n-jobs processes"), (("--precision",), "dtype"), (("--optimizer",), "optim"), (("--roster",), "students class-list"),
    (("--out",), "outdir output-dir out-dir"),
    (("--with-answers", "--key"), "answers solutions with-solutions with-key key"),
)  # fmt: skip
OURS: dict[str, tuple[str, ...]] = {word: ours for ours, words in _NAMES for word in words.split()}
