"""HTTP servers of pages on this machine: the dashboard, caught mail, metrics. What is in the pages is elsewhere."""
