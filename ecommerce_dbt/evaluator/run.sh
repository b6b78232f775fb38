#!/usr/bin/env bash
# Runs dbt-project-evaluator on the project, in a temporary copy, and fails if a rule warns:
#   ecommerce_dbt/evaluator/run.sh <folder of dbt-project-evaluator> <folder of dbt-utils>
# Both are dbt packages of https://github.com/dbt-labs. The CSV file in this folder lists exceptions with their reasons.
set -euo pipefail
[ $# = 2 ] || { sed -n 's/^# *//; 2,4p' "$0" >&2; exit 2; }
evaluator=$(realpath "$1") utils=$(realpath "$2")
project=$(realpath "$(dirname "$0")/..")
dbt=$project/../.venv/bin/dbt
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT

cp -r "$project/." "$copy/project"
cp -r "$evaluator" "$copy/evaluator"
cd "$copy/project"
printf 'packages:\n  - local: %s\n' "$utils" >../evaluator/packages.yml
printf 'packages:\n  - local: %s\n  - local: %s\n' "$utils" "$copy/evaluator" >packages.yml
cp evaluator/dbt_project_evaluator_exceptions.csv seeds/
# The project's file ends with its seeds.
cat >>dbt_project.yml <<'YAML'
  dbt_project_evaluator:
    dbt_project_evaluator_exceptions:
      +enabled: false
YAML
export WAREHOUSE_DUCKDB_PATH=$copy/evaluator.duckdb
"$dbt" --quiet deps
"$dbt" --warn-error-options '{"error": ["LogTestResult"]}' build --select package:dbt_project_evaluator dbt_project_evaluator_exceptions
