"""The services of docker-compose.yml inside the built image, as its user: `make image-services`, after `make image`.

It needs root and buildah. Each service has its own mounts and process ids, and a read-only root, as under Docker; the
network is this machine's.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from google.cloud import bigquery, storage
from typing_extensions import override

from ecommerce_pipeline_tests.commands.test_doctor_gcp import CLOUD, DATASETS
from ecommerce_pipeline_tests.integration.test_production import (
    ask,
    launch,
    status_of,
    test_a_run_started_in_the_ui_finishes_and_metrics_show_it,
    test_no_log_and_no_process_argument_contains_a_secret,
    test_queued_running_and_due_runs_and_unsent_emails_survive_a_kill_of_all_services,
    wait_for,
)
from ecommerce_pipeline_tests.support.compose import Stack, image_environment
from ecommerce_pipeline_tests.support.emulators import BigQueryEmulator
from ecommerce_pipeline_tests.support.platform import SMALL_SHOP

__all__ = [
    "test_a_run_started_in_the_ui_finishes_and_metrics_show_it",
    "test_no_log_and_no_process_argument_contains_a_secret",
    "test_queued_running_and_due_runs_and_unsent_emails_survive_a_kill_of_all_services",
]

IMAGE = "localhost/ecommerce-pipeline:local"
CONTAINER = """
mount --make-rprivate /
mount --bind "$ROOT" "$ROOT"
mount -o remount,bind,ro "$ROOT"
mount -t proc proc "$ROOT/proc"
mount --rbind /dev "$ROOT/dev"
mount -t tmpfs -o mode=1777,size=256m tmpfs "$ROOT/tmp"
while [ "$1" != -- ]; do mount --bind "$1" "$ROOT$2"; shift 2; done
shift
exec chroot "$ROOT" \
    setpriv --reuid "${USER%:*}" --regid "${USER#*:}" --clear-groups --no-new-privs --bounding-set=-all \
    env -u ROOT -u USER --chdir /data PATH="$IMAGE_PATH" "$@"
"""


def buildah(*arguments: str) -> str:
    """Return the output of buildah, with the storage driver of `make image`."""
    environment = {"STORAGE_DRIVER": "vfs"} | os.environ
    command = ["buildah", *arguments]
    return subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


class StackInImage(Stack):
    """The stack, with every service of the platform in a container of the image."""

    @override
    def build(self) -> None:
        """Create a container's root, the volumes as Docker would, and the secrets."""
        self.container = buildah("from", IMAGE)
        self.root = Path(buildah("mount", self.container))
        for name in self.file["secrets"]:
            secret = self.folder / "secrets" / name
            secret.parent.mkdir(exist_ok=True)
            secret.write_text(f"secret of the {name}, 'quoted'\n")
            target = self.root / "run" / "secrets" / name
            target.parent.mkdir(exist_ok=True)
            target.touch()
        for volume in ("data", "logs", "mail"):
            folder = self.folder / "volumes" / volume
            folder.mkdir(parents=True)
            shutil.chown(folder, 10001, 10001)
        hosts = "".join(f"{address} {name}\n" for name, address in self.addresses.items())
        (self.folder / "hosts").write_text(f"127.0.0.1 localhost\n{hosts}")

    @override
    def down(self) -> None:
        super().down()
        buildah("rm", self.container)

    @override
    def command(self, service: str, words: list[str]) -> list[str]:
        body = self.file["services"][service]
        mounted = [volume.split(":") for volume in body.get("volumes", [])]
        mounts = [(self.folder / "volumes" / volume, path) for volume, path in mounted]
        mounts += [(self.folder / "secrets" / name, f"/run/secrets/{name}") for name in body.get("secrets", [])]
        mounts += [(self.folder / "hosts", "/etc/hosts")]
        binds = [str(part) for mount in mounts for part in mount]
        unshare = ["/usr/bin/unshare", "--mount", "--pid", "--fork", "--kill-child", "/bin/sh", "-ec", CONTAINER, "sh"]
        return [*unshare, *binds, "--", *super().command(service, words)]

    @override
    def environment(self, service: str) -> dict[str, str]:
        body = self.file["services"][service]
        variables = image_environment() | {name: str(value) for name, value in body.get("environment", {}).items()}
        path = variables.pop("PATH")
        container = {"ROOT": str(self.root), "USER": body["user"], "IMAGE_PATH": path}
        return variables | container | {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}

    @override
    def localized(self, text: str, service: str) -> str:
        return self.with_address(text, service)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StackInImage]:
    shop = {name: value for name, value in SMALL_SHOP.items() if name != "DBT_PARSED_DIR"}
    made = StackInImage(tmp_path_factory.mktemp("stack"), {**shop, "POSTGRES_USER": "shopkeeper"})
    made.build()
    try:
        made.up()
        yield made
    finally:
        made.down()


def test_all_assets_of_a_day_are_built(stack: StackInImage) -> None:
    nodes = ask(stack, "{ assetNodes { isPartitioned assetKey { path } } }")["assetNodes"]
    run = launch(stack, *("/".join(node["assetKey"]["path"]) for node in nodes), day="2026-03-09")
    wait_for(stack, lambda: status_of(stack, run) in {"SUCCESS", "FAILURE"})
    assert status_of(stack, run) == "SUCCESS"


def test_doctor_checks_google_cloud_before_the_code_location_starts(
    stack: StackInImage,
    project: str,
    bucket: storage.Bucket,
    bigquery_client: bigquery.Client,
    bigquery_server: BigQueryEmulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in DATASETS:
        bigquery_client.create_dataset(name)
    monkeypatch.setenv("BIGQUERY_STORAGE_EMULATOR_HOST", bigquery_server.storage_api)
    emulators = {name: value for name, value in os.environ.items() if "EMULATOR" in name}
    cloud = {"GCP_PROJECT": project, "GCS_BUCKET": bucket.name}
    done = subprocess.run(
        stack.command("doctor", stack.file["services"]["doctor"]["command"]),
        env=stack.environment("doctor") | emulators | cloud,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert all(f"ok    {check}" in done.stdout for check in CLOUD), done.stdout
