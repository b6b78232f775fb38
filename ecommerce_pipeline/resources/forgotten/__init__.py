"""The list of forgotten persons, and their rows and words."""
