"""The work by hand: one plain script that extracts a run's rows by DuckDB, loads them, and runs the run's own SQL.

It generates nothing, compares nothing and draws no page. `plan` takes the statements from a run that has ended;
`python -m benchmarks.by_hand PLAN FOLDER` runs them in one process, in an empty warehouse.
"""

import json
import subprocess
import sys
import time
from graphlib import TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from ecommerce_pipeline.partitions import Days

WAREHOUSE: Final = "warehouse.duckdb"
"""The file's name is the database's in the compiled SQL."""


def run_by_hand(plan: dict[str, Any], folder: Path) -> dict[str, float]:
    """Run a plan in a new process; return its seconds and their parts."""
    file = folder / "plan.json"
    file.write_text(json.dumps(plan))
    began = time.time()
    command = [sys.executable, "-m", "benchmarks.by_hand", str(file), str(folder)]
    parts: dict[str, float] = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    ended = time.time()
    starts = parts.pop("began") - began
    return {"seconds": ended - began, "start": starts, **parts, "end": ended - began - starts - sum(parts.values())}


def plan(folder: Path, days: "Days") -> dict[str, Any]:
    """Return the statements that the run of days in an empty data folder amounts to."""
    import duckdb

    from ecommerce_pipeline.resources.dbt.project import DBT_DIR
    from ecommerce_pipeline.resources.postgres.scan import extension_file
    from ecommerce_pipeline.schema.tables import EVENTS, STAGING, TABLES
    from ecommerce_pipeline.settings import Settings
    from ecommerce_pipeline.targets import postgres

    source = postgres(Settings(_env_file=None, data_dir=folder))  # type: ignore[call-arg]
    with duckdb.connect(str(folder / WAREHOUSE), read_only=True) as built:
        tables = built.sql("SELECT schema_name, table_name, sql FROM duckdb_tables()").fetchall()
    create = {(schema, name): sql for schema, name, sql in tables}
    nodes = json.loads((folder / "dbt" / "parsed" / "manifest.json").read_text())["nodes"]
    parents = {id_: set(node.get("depends_on", {}).get("nodes", ())) & nodes.keys() for id_, node in nodes.items()}
    ordered = [nodes[id_] for id_ in TopologicalSorter(parents).static_order()]
    seeds, models, tests = (
        [node for node in ordered if node["resource_type"] == kind] for kind in ("seed", "model", "test")
    )
    [run] = (folder / "dbt" / "runs").iterdir()
    compiled = run / "compiled" / "ecommerce"
    return {
        "extension": str(extension_file()),
        "source": source.address().conninfo,
        "create": [sql for (schema, _), sql in create.items() if schema == "staging"],
        "extract": {
            f"staging.{name}": source.contract_select(table, days if name in EVENTS else None)
            for name, table in TABLES.items()
            if name in STAGING
        },
        "seeds": {
            f"core.{node['name']}": (create["core", node["name"]], str(DBT_DIR / node["original_file_path"]))
            for node in seeds
        },
        "models": {
            f"{(schema := node['config']['schema'])}.{node['name']}": (
                create[schema, node["name"]],
                _sql_of(node, compiled),
            )
            for node in models
        },
        "tests": [(_sql_of(node, compiled), node["config"]["severity"].lower() == "warn") for node in tests],
    }


def _sql_of(node: dict[str, Any], compiled: Path) -> str:
    """Return a node's compiled SQL; that of generic tests lies in a folder named like their file of properties."""
    file = compiled / node["original_file_path"]
    return (file / node["path"] if file.suffix == ".yml" else file).read_text()


def main(plan_file: Path, folder: Path) -> dict[str, float]:
    """Run a plan in an empty warehouse; return when it began, and the seconds of its parts."""
    began = time.time()
    import duckdb

    steps = json.loads(plan_file.read_text())
    marks = [time.time()]
    connection = duckdb.connect(str(folder / WAREHOUSE), config={"allow_unsigned_extensions": True})
    run = connection.execute
    run("SET TimeZone = 'UTC'; SET preserve_insertion_order = false")
    connection.load_extension(steps["extension"])
    source = steps["source"].replace("'", "''")
    run(f"ATTACH '{source}' AS shop (TYPE postgres, READ_ONLY)")
    for schema in ("staging", "core", "datamart"):
        run(f"CREATE SCHEMA {schema}")
    for create in steps["create"]:
        run(create)
    for table, query in steps["extract"].items():
        run(f"INSERT INTO {table} BY NAME FROM postgres_query('shop', ?)", [query])
    marks.append(time.time())
    for table, (create, file) in steps["seeds"].items():
        run(create)
        run(f"INSERT INTO {table} BY NAME FROM read_csv(?)", [file])
    for table, (create, query) in steps["models"].items():
        run(create)
        run(f"INSERT INTO {table} BY NAME ({query})")
    marks.append(time.time())
    for query, warns in steps["tests"]:
        [(rows,)] = run(f"SELECT count(*) FROM ({query})").fetchall()  # noqa: S608 - from our own plan
        if rows and not warns:
            raise ValueError(f"{rows} rows fail: {query}")
    marks.append(time.time())
    connection.close()
    names = ("import", "extract and load", "models", "tests")
    durations = [end - start for start, end in zip([began, *marks], marks, strict=False)]
    return {"began": began, **dict(zip(names, durations, strict=True)), "close": time.time() - marks[-1]}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), Path(sys.argv[2]))))  # noqa: T201 - read by the parent process
