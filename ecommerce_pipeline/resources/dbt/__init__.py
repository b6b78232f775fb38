"""dbt: `project` parses the project and runs its tests, `resource` runs dbt in Dagster, `cli` is the program."""
