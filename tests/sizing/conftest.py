"""Code that needs PyTorch is run manually."""

collect_ignore = ["torch_kept.py", "ways_measured.py"]
