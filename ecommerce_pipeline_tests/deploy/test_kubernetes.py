"""deploy/kubernetes: Dagster accepts the instance and its launcher, and names in values and manifests match."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from dagster._config import process_config, resolve_to_config_type
from dagster._core.instance.ref import InstanceRef
from dagster_k8s import K8sRunLauncher

from ecommerce_pipeline.settings import PROJECT_ROOT
from ecommerce_pipeline.settings.secrets import SECRETS

FOLDER = PROJECT_ROOT / "deploy" / "kubernetes"
INSTANCE = yaml.safe_load((FOLDER / "dagster.yaml").read_text())
VALUES = yaml.safe_load((FOLDER / "values.yaml").read_text())
[CODE] = VALUES["dagster-user-deployments"]["deployments"]
METRICS = yaml.safe_load((FOLDER / "metrics.yaml").read_text())["spec"]["template"]["spec"]
DEPLOY = (PROJECT_ROOT / "docs" / "deploy.md").read_text()


@pytest.fixture
def launcher(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return the launcher's configuration after Dagster's validation."""
    for name in ("DAGSTER_POSTGRES_HOST", "DAGSTER_POSTGRES_PASSWORD", "GCS_BUCKET"):
        monkeypatch.setenv(name, "any")
    data = InstanceRef.from_dir(str(FOLDER)).run_launcher_data
    assert data is not None
    launcher_class, config = K8sRunLauncher, yaml.safe_load(data.config_yaml)
    assert (data.module_name, data.class_name) == ("dagster_k8s", launcher_class.__name__)
    processed = process_config(resolve_to_config_type(launcher_class.config_type()), config)
    assert processed.success, processed.errors
    return dict(processed.value or {})


def test_a_run_has_resources_and_only_the_privileges_that_it_needs(launcher: dict[str, Any]) -> None:
    container = launcher["run_k8s_config"]["container_config"]
    assert container["resources"].keys() == {"requests", "limits"}
    assert container["security_context"]["read_only_root_filesystem"] is True
    assert launcher["run_k8s_config"]["pod_spec_config"]["security_context"]["run_as_non_root"] is True
    mounted = {mount["name"] for mount in container["volume_mounts"]}
    assert mounted == {volume["name"] for volume in launcher["run_k8s_config"]["pod_spec_config"]["volumes"]}


def test_names_are_the_same_in_the_instance_the_values_and_the_manual(launcher: dict[str, Any]) -> None:
    names = VALUES["global"]
    assert launcher["instance_config_map"] == names["dagsterInstanceConfigMap"]
    assert launcher["dagster_home"] == names["dagsterHome"]
    account = VALUES["dagster-user-deployments"]["serviceAccount"]["name"]
    assert launcher["service_account_name"] == account
    for kind, listed in (("configmap", "envConfigMaps"), ("secret generic", "envSecrets")):
        for part in (CODE, VALUES["dagsterWebserver"], VALUES["dagsterDaemon"]):
            for source in part[listed]:
                assert f"create {kind} {source['name']} " in DEPLOY
    for source in METRICS["containers"][0]["envFrom"]:
        [reference] = source.values()
        assert re.search(rf"create (configmap|secret generic) {reference['name']} ", DEPLOY)
    assert f"dagster/{account}]" in DEPLOY


def test_every_secret_is_in_the_one_of_those_who_need_it() -> None:
    """PERSON_KEY_SECRET was missing: guests would have had a hash without a key."""
    of_storage, of_code = re.findall(r"`(?:storage|code)\.env` has\s(.+?)(?:;|\.\n)", DEPLOY, re.DOTALL)
    named = [{name for name in SECRETS if f"`{name}`" in text} for text in (of_storage, of_code)]
    assert named == [{"DAGSTER_POSTGRES_PASSWORD"}, {*SECRETS} - {"DAGSTER_POSTGRES_PASSWORD"}]
    for part in (CODE, VALUES["dagsterWebserver"], VALUES["dagsterDaemon"]):
        assert ({"name": "ecommerce-code"} in part["envSecrets"]) is (part is CODE)


def test_only_the_code_location_and_its_runs_have_a_google_identity() -> None:
    """The UI and the daemon, which need none, could read the bucket and the warehouse."""
    # It would be that of every pod, see `dagster.serviceAccountName` in the chart.
    assert "serviceAccountName" not in VALUES["global"]
    google = VALUES["dagster-user-deployments"]["serviceAccount"]["name"]
    assert VALUES["serviceAccount"] == {"create": True, "name": "dagster"}
    assert google != "dagster"
    assert re.findall(r"create serviceaccount (\S+)", DEPLOY) == [google]
    assert "gcs" not in yaml.safe_dump(INSTANCE["compute_logs"])


def test_only_the_ui_and_the_daemon_reach_the_code_location() -> None:
    policy = yaml.safe_load((FOLDER / "network.yaml").read_text())["spec"]
    assert policy["podSelector"] == {"matchLabels": {"component": "user-deployments"}}
    [rule] = policy["ingress"]
    allowed = {peer["podSelector"]["matchLabels"]["component"] for peer in rule["from"]}
    assert allowed == {"dagster-webserver", "dagster-daemon"}
    assert [port["port"] for port in rule["ports"]] == [CODE["port"]]
    assert "apply -f deploy/kubernetes/network.yaml" in DEPLOY


def test_runs_use_settings_secrets_and_image_of_the_code_location() -> None:
    assert CODE["includeConfigInLaunchedRuns"] == {"enabled": True}
    assert "image" not in VALUES["runLauncher"]


def test_the_instance_differs_from_the_single_machine_only_in_runs_and_logs() -> None:
    single_machine = yaml.safe_load((PROJECT_ROOT / "deploy" / "dagster" / "dagster.yaml").read_text())
    different = {
        name for name in INSTANCE.keys() | single_machine.keys() if INSTANCE.get(name) != single_machine.get(name)
    }
    assert different == {"compute_logs", "local_artifact_storage", "run_launcher", "run_monitoring"}


def test_the_chart_has_dagster_s_version_everywhere() -> None:
    [version] = re.findall(r'"dagster==([\d.]+)"', (PROJECT_ROOT / "pyproject.toml").read_text())
    files: list[Path] = [FOLDER / "values.yaml", PROJECT_ROOT / "docs/deploy.md"]
    for file in [*files, PROJECT_ROOT / ".github/workflows/deploy.yml"]:
        assert version in file.read_text(), file


@pytest.mark.parametrize("part", [CODE, VALUES["dagsterWebserver"], VALUES["dagsterDaemon"]])
def test_each_pod_has_resources_and_can_only_write_to_volumes(part: dict[str, Any]) -> None:
    assert part["resources"].keys() == {"requests", "limits"}
    assert part["securityContext"]["readOnlyRootFilesystem"] is True
    assert part["podSecurityContext"]["runAsNonRoot"] is True
    assert {mount["name"] for mount in part["volumeMounts"]} == {volume["name"] for volume in part["volumes"]}
