"""dbt: the project as parsed, and the command line that runs it."""
