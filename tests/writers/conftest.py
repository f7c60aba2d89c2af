"""What needs PyTorch or Keras is run by hand, and is no test."""

collect_ignore = ["keras_runs.py", "torch_runs.py"]
