"""Networks written for other tools."""
