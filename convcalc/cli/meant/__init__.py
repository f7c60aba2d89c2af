"""What the user meant by a command line that cannot be read, and what to type instead."""
