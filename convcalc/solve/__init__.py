"""The inverse questions: windows that give a size, layers that reach a field, the mirror of an encoder."""
