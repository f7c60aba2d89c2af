"""Image kernels: `kernels` names them, `filter` applies one, `files` reads and writes pictures."""
