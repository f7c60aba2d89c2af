"""Named image kernels, and how one changes a picture."""
