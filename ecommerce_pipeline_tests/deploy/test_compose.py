"""Rules for docker-compose.yml and the Dockerfile: least privilege, pinned images and packages, secrets in files."""

import re
from typing import Any

import pytest

from ecommerce_pipeline.settings import PROJECT_ROOT, Settings
from ecommerce_pipeline.settings.secrets import SECRETS
from ecommerce_pipeline_tests.support.compose import compose_file, image_environment

DOCKERFILE = (PROJECT_ROOT / "Dockerfile").read_text()
LOCAL = compose_file({})
SERVICES = LOCAL["services"]
IN_THE_IMAGE = {"DATA_DIR", "DBT_PARSED_DIR"}


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_has_only_the_privileges_and_resources_that_it_needs(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", service["user"])
    limits = service["deploy"]["resources"]["limits"]
    assert limits.keys() == {"cpus", "memory", "pids"}
    assert service["logging"]["options"].keys() == {"max-size", "max-file"}
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
    assert "privileged" not in service
    if name != "doctor":
        assert service["restart"] == "unless-stopped"
        assert service["healthcheck"]["test"][0] == "CMD"


@pytest.mark.parametrize("name", SERVICES)
def test_a_secret_is_a_file_and_only_in_services_that_need_it(name: str) -> None:
    environment = SERVICES[name].get("environment", {})
    assert not environment.keys() & {*SECRETS, "POSTGRES_PASSWORD"}
    used = {value.removeprefix("/run/secrets/") for value in environment.values() if value.startswith("/run/secrets/")}
    given = set(SERVICES[name].get("secrets", []))
    optional = {"smtp_password", "google_credentials"}
    assert used - optional == given - optional
    assert given <= LOCAL["secrets"].keys()


def test_dependent_services_wait_until_a_service_is_healthy() -> None:
    for service in SERVICES.values():
        for name, condition in service.get("depends_on", {}).items():
            expected = "service_completed_successfully" if name == "doctor" else "service_healthy"
            assert condition["condition"] == expected
            assert condition.get("required", True) is (name != "doctor")


def test_every_setting_reaches_the_code_location() -> None:
    available = SERVICES["code"]["environment"].keys() | IN_THE_IMAGE
    assert {name.upper() for name in Settings.model_fields} <= available
    assert image_environment().keys() >= IN_THE_IMAGE
    Settings.from_environment({k: str(v) for k, v in SERVICES["code"]["environment"].items() if "FILE" not in k})


def test_the_profile_of_google_cloud_sets_the_target_and_waits_for_doctor() -> None:
    cloud = compose_file({"COMPOSE_PROFILES": "gcp", "GCP_PROJECT": "shop-1", "SMTP_USER": "ann", "SMTP_HOST": "mx"})
    environment = cloud["services"]["code"]["environment"]
    assert (environment["TARGET"], environment["GCP_PROJECT"], environment["SMTP_HOST"]) == ("gcp", "shop-1", "mx")
    assert environment["SMTP_PASSWORD_FILE"] == "/run/secrets/smtp_password"
    assert SERVICES["code"]["environment"]["TARGET"] == "local"
    assert cloud["services"]["doctor"]["profiles"] == ["gcp"]
    assert cloud["x-platform"]["build"]["args"]["TARGET"] == "gcp"


def test_images_are_pinned_by_digest_and_packages_by_hash() -> None:
    pinned = r"[\w./-]+:[\w.-]+@sha256:[0-9a-f]{64}"
    bases = re.findall(r"^ARG PYTHON=(.+)$", DOCKERFILE, re.MULTILINE)
    foreign = {service["image"] for service in SERVICES.values() if "build" not in service}
    assert all(re.fullmatch(pinned, image) for image in [*bases, *foreign])
    assert set(re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)) == {"${PYTHON}"}
    for command in re.findall(r"pip install[^&\n]*", DOCKERFILE):
        assert "--require-hashes" in command or "--no-deps" in command, command


def test_the_image_runs_as_an_unprivileged_user() -> None:
    assert re.findall(r"^USER (.+)$", DOCKERFILE, re.MULTILINE)[-1] == SERVICES["code"]["user"]


def test_only_services_that_work_with_the_code_location_reach_its_grpc_server() -> None:
    """Whoever reaches it can start runs; the metrics and, over its page's network, everything else could."""
    networks = {name: set(service["networks"]) for name, service in SERVICES.items()}
    reaching = {name for name, joined in networks.items() if joined & networks["code"]} - {"code"}
    assert reaching == {"webserver", "daemon", "doctor", "mail", "shop", "storage"}
    assert {name for name, joined in networks.items() if "default" in joined} == {"code", "doctor"}
    published = {name for name, service in SERVICES.items() if "ports" in service}
    assert all("pages" in networks[name] for name in published)
    internal = {name for name, network in LOCAL["networks"].items() if network.get("internal")}
    assert internal == LOCAL["networks"].keys() - {"default", "pages"}


def test_every_network_volume_and_dependency_exists() -> None:
    for service in SERVICES.values():
        reached: set[str] = set(service["networks"])
        assert reached <= LOCAL["networks"].keys()
        assert {volume.split(":")[0] for volume in service.get("volumes", [])} <= LOCAL["volumes"].keys()
        for name in service.get("depends_on", {}):
            other: dict[str, Any] = SERVICES[name]
            assert reached & set(other["networks"]), f"{name} is not reachable"
