"""How runs are executed: the executor and its threads, retries, and a run over days from the command line."""
