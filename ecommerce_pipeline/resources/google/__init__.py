"""Google Cloud's clients, and their errors as ours."""
