"""What a student may write: numbers, their notations, and the type of an answer."""
