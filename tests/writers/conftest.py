"""Code that needs PyTorch or Keras is run manually, and is not a test."""

collect_ignore = ["keras_runs.py", "torch_runs.py"]
