"""What drives the browser runs in an environment of its own, and is no test."""

collect_ignore = ["browser_driver.py"]
