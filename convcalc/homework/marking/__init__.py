"""Marking one sheet: verdicts, the mistake behind a wrong number, and hints."""
