"""Code that needs PyTorch is run manually, and is not a test."""

collect_ignore = ["torch_runs.py"]
