"""The inverse questions: which window gives a size, how many layers reach a field, what mirrors an encoder."""
