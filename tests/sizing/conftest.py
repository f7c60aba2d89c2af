"""What needs PyTorch is run by hand."""

collect_ignore = ["torch_kept.py", "ways_measured.py"]
