"""What needs PyTorch is run by hand, and is no test."""

collect_ignore = ["torch_runs.py"]
