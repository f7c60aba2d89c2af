"""What was meant by a command line that cannot be read: what to type instead."""
