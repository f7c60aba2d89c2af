"""Sheets: reading them, and printing them for students."""
