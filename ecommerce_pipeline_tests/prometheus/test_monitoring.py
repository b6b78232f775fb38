"""deploy/monitoring with a real Prometheus: its rules, their tests, and a scrape of what the dashboard queries."""

import json
import re
import shutil
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import yaml
from dagster import materialize
from dagster._daemon.types import DaemonHeartbeat
from prometheus_client import CollectorRegistry

from ecommerce_pipeline.prometheus.collector import PlatformCollector
from ecommerce_pipeline.prometheus.server import metrics_server
from ecommerce_pipeline.settings import PROJECT_ROOT
from ecommerce_pipeline_tests.instance.test_sqlite_event_log import opened
from ecommerce_pipeline_tests.prometheus.test_collector import orders, quarantine
from ecommerce_pipeline_tests.support.http import serving
from ecommerce_pipeline_tests.support.prometheus import NoPrometheusError, prometheus

MONITORING = PROJECT_ROOT / "deploy" / "monitoring"
RULES = yaml.safe_load((MONITORING / "rules.yml").read_text())["groups"][0]["rules"]
PANELS = json.loads((MONITORING / "grafana" / "dashboard.json").read_text())["panels"]


@pytest.fixture(scope="module")
def programs() -> Path:
    return prometheus()


@pytest.fixture(scope="module")
def query(programs: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Run Prometheus, with the configuration of the repository, on the metrics of a small instance."""
    folder = tmp_path_factory.mktemp("prometheus")
    home = folder / "dagster"
    home.mkdir()
    with opened(str(home)) as instance, ExitStack() as stack:
        materialize([orders], instance=instance, partition_key="2026-03-01")
        materialize([quarantine], instance=instance)
        instance.add_daemon_heartbeat(DaemonHeartbeat(time.time(), "SENSOR", "id", []))
        registry = CollectorRegistry()
        registry.register(PlatformCollector(instance))
        port = stack.enter_context(serving(metrics_server(registry, "127.0.0.1", 0)))
        shutil.copytree(MONITORING, folder / "monitoring")
        configuration = folder / "monitoring" / "prometheus.yml"
        text = configuration.read_text().replace("127.0.0.1:9464", f"127.0.0.1:{port}")
        configuration.write_text(text.replace("30s", "1s"))
        log = folder / "prometheus.log"
        with log.open("w") as file:
            process = subprocess.Popen(
                [
                    programs / "prometheus",
                    f"--config.file={configuration}",
                    f"--storage.tsdb.path={folder / 'data'}",
                    "--web.listen-address=127.0.0.1:0",
                ],
                stdout=file,
                stderr=subprocess.STDOUT,
            )

        def ask(path: str, **arguments: str) -> Any:
            port = re.search(r"address=127\.0\.0\.1:([1-9]\d*)", log.read_text())
            if port is None or process.poll() is not None:
                raise ConnectionError(log.read_text()[-2000:])
            url = f"http://127.0.0.1:{port[1]}/api/v1/{path}?{urllib.parse.urlencode(arguments)}"
            with urllib.request.urlopen(url, timeout=10) as answer:
                return json.load(answer)["data"]

        try:
            _wait(lambda: ask("query", query="ecommerce_storage_up == 1")["result"], log)
            yield ask
        finally:
            process.terminate()
            process.wait(20)


def _wait(what: Any, log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if what():
                return
        except OSError:
            pass
        time.sleep(0.2)
    raise AssertionError(log.read_text()[-2000:])


def test_the_rules_are_valid_and_pass_their_tests(programs: Path) -> None:
    for command in (["check", "config", "prometheus.yml"], ["test", "rules", "rules_test.yml"]):
        done = subprocess.run(
            [programs / "promtool", *command], cwd=MONITORING, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_every_rule_has_a_test_in_which_it_fires() -> None:
    tests = yaml.safe_load((MONITORING / "rules_test.yml").read_text())["tests"]
    fired = {case["alertname"] for test in tests for case in test["alert_rule_test"] if case["exp_alerts"]}
    assert fired == {rule["alert"] for rule in RULES}


def test_a_scrape_has_the_metrics_of_the_instance(query: Any) -> None:
    [rows] = query("query", query='ecommerce_asset_rows{asset="staging/orders"}')["result"]
    assert rows["value"][1] == "7"
    assert {target["health"] for target in query("targets")["activeTargets"]} == {"up"}
    loaded = {rule["name"] for group in query("rules")["groups"] for rule in group["rules"]}
    assert loaded == {rule["alert"] for rule in RULES}


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel["title"])
def test_every_panel_queries_existing_metrics(panel: dict[str, Any], query: Any) -> None:
    [target] = panel["targets"]
    expression = target["expr"].replace("$layer", "staging")
    try:
        query("query", query=expression)
    except urllib.error.HTTPError as error:
        pytest.fail(f"{expression}: {error.read().decode()}")
    known = {sample["__name__"] for sample in query("series", **{"match[]": '{__name__=~".+"}'})}
    types = query("metadata").keys()
    for name in re.findall(r"ecommerce_\w+", expression):
        assert name in known | types, name


def test_without_apt_or_the_named_program_the_error_names_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(NoPrometheusError, match="PROMETHEUS=/nowhere: there is no such program"):
        prometheus({"PROMETHEUS": "/nowhere", "PATH": ""}, tmp_path / "prometheus")
