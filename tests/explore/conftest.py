"""The code that controls the browser runs in a separate environment, and is not a test."""

collect_ignore = ["browser_driver.py"]
