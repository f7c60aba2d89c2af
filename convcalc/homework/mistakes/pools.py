"""Mistakes in pools by hand: another operation, another stride, another divisor."""

from __future__ import annotations

from convcalc.homework.mistakes.base import Way, mistake

mistake(
    "pool.avg-for-max", "hand-pool", "average instead of maximum", "the mean of each window",
    lambda w: w._replace(mode="avg") if w.mode == "max" else None,
    "Does the question ask for the maximum or for the average?",
)  # fmt: skip
mistake(
    "pool.max-for-avg", "hand-pool", "maximum instead of average", "the largest of each window",
    lambda w: w._replace(mode="max") if w.mode == "avg" else None,
    "Does the question ask for the maximum or for the average?",
)  # fmt: skip
mistake(
    "pool.sum", "hand-pool", "sum of each window", "Σ of each window",
    lambda w: w._replace(mode="sum", pad_counts=True),
    "A pool takes the maximum or the average of a window, not the sum.",
)  # fmt: skip
mistake(
    "pool.stride-1", "hand-pool", "stride 1 instead of the window's size", "s = 1",
    lambda w: w._replace(pool_s=1) if w.pool_s > 1 else None,
    "The stride of a pool is its window size, unless the question gives another stride.",
)  # fmt: skip
mistake(
    "pool.stride-k", "hand-pool", "the window's size as the stride, though another one is given", "s = k",
    lambda w: w._replace(pool_s=w.k) if w.pool_s < w.k else None,
    "Windows of a pool overlap if its stride is smaller than its window.",
)  # fmt: skip
mistake(
    "pool.min", "hand-pool", "minimum, or one corner, of each window", "the smallest, or the first",
    lambda w: [
        Way(w._replace(mode="min"), "the smallest of each window"),
        Way(w._replace(mode="first"), "the first of each window"),
        Way(w._replace(mode="last"), "the last of each window"),
    ],
    "Does the question ask for the maximum or for the average?",
    seldom=True,
)  # fmt: skip
mistake(
    "pool.pad-count", "hand-pool", "padded zeros counted in the average, or not", "another divisor",
    lambda w: w._replace(pad_counts=not w.pad_counts) if w.mode == "avg" and w.p[0] != (0, 0) else None,
    "Do padded zeros count in the average?",
)  # fmt: skip
mistake(
    "pool.no-relu", "hand-pool", "ReLU left out before the pool", "without ReLU",
    lambda w: w._replace(steps=tuple(step for step in w.steps if step != "relu")) if "relu" in w.steps else None,
    "What does ReLU do to negative values?",
)  # fmt: skip
