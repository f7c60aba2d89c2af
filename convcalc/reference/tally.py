"""What a run really did, counted while it was done."""

from dataclasses import dataclass


@dataclass
class Tally:
    """products = multiplications of one weight by one input cell, each counted as it is made.

    Hand the same object to several layers and it adds them up. The loop nest counts one by one; the
    fast path counts the sizes of the arrays it multiplies. Both must give the same products. The
    last three counts are what the definition asks for; the fast path may get by with fewer.

    Attributes:
        products: weight times input, the multiply-adds of convolutions, linear layers, LeNet-5's
            trainable subsampling (one coefficient per output) and RBF units (one square per input).
            The bias is an addition and not counted. A convolution also multiplies by the zeros of
            its padding; those products are made, so they are counted. A transposed convolution
            multiplies every input cell by every tap, and crops afterwards: all are counted.
        on_padding: the products among them whose input cell is a padding zero.
        cropped: the products of a transposed convolution that its padding then cut off.
        scalings: multiplications that are not multiply-adds: a normalisation's scale and weight,
            a leaky slope, an interpolation share, one branch times another.
        comparisons: one cell held against the best so far (max pools), or against 0 (ReLU).
        additions: one cell added to another (average pools, branches).

    >>> from convcalc.reference import loops
    >>> tally = Tally()
    >>> _ = loops.conv([[1.0, 2.0, 3.0]], [[[1.0, 1.0, 1.0]]], padding=1, tally=tally)
    >>> tally.products, tally.on_padding  # 3 windows x 3 taps; the first and last touch one zero
    (9, 2)
    """

    products: int = 0
    on_padding: int = 0
    cropped: int = 0
    scalings: int = 0
    comparisons: int = 0
    additions: int = 0

    @property
    def on_real_cells(self) -> int:
        """Products - on_padding."""
        return self.products - self.on_padding
