"""What docker-compose.yml and the Dockerfile say, held by rules: least rights, pinned parts, secrets by file."""

import re
from typing import Any

import pytest

from ecommerce_pipeline.settings import PROJECT_ROOT, Settings
from ecommerce_pipeline.settings.secrets import SECRETS
from ecommerce_pipeline_tests.support.compose import described, image_environment

DOCKERFILE = (PROJECT_ROOT / "Dockerfile").read_text()
LOCAL = described({})
SERVICES = LOCAL["services"]
IN_THE_IMAGE = {"DATA_DIR", "DBT_PARSED_DIR"}


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_has_the_rights_and_the_means_that_it_needs_and_no_more(name: str) -> None:
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
def test_a_secret_is_a_file_that_only_who_needs_it_is_given(name: str) -> None:
    environment = SERVICES[name].get("environment", {})
    assert not environment.keys() & {*SECRETS, "POSTGRES_PASSWORD"}
    used = {value.removeprefix("/run/secrets/") for value in environment.values() if value.startswith("/run/secrets/")}
    given = set(SERVICES[name].get("secrets", []))
    optional = {"smtp_password", "google_credentials"}
    assert used - optional == given - optional
    assert given <= LOCAL["secrets"].keys()


def test_who_waits_for_a_service_waits_until_it_is_well() -> None:
    for service in SERVICES.values():
        for name, condition in service.get("depends_on", {}).items():
            wanted = "service_completed_successfully" if name == "doctor" else "service_healthy"
            assert condition["condition"] == wanted
            assert condition.get("required", True) is (name != "doctor")


def test_every_setting_reaches_the_code_location() -> None:
    told = SERVICES["code"]["environment"].keys() | IN_THE_IMAGE
    assert {name.upper() for name in Settings.model_fields} <= told
    assert image_environment().keys() >= IN_THE_IMAGE
    Settings.from_environment({k: str(v) for k, v in SERVICES["code"]["environment"].items() if "FILE" not in k})


def test_the_profile_of_google_cloud_sets_the_target_and_waits_for_doctor() -> None:
    cloud = described({"COMPOSE_PROFILES": "gcp", "GCP_PROJECT": "shop-1", "SMTP_USER": "ann", "SMTP_HOST": "mx"})
    told = cloud["services"]["code"]["environment"]
    assert (told["TARGET"], told["GCP_PROJECT"], told["SMTP_HOST"]) == ("gcp", "shop-1", "mx")
    assert told["SMTP_PASSWORD_FILE"] == "/run/secrets/smtp_password"
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


def test_the_image_ends_with_a_user_without_rights() -> None:
    assert re.findall(r"^USER (.+)$", DOCKERFILE, re.MULTILINE)[-1] == SERVICES["code"]["user"]


def test_names_are_those_of_services_networks_and_volumes_that_there_are() -> None:
    for service in SERVICES.values():
        reached: set[str] = set(service["networks"])
        assert reached <= LOCAL["networks"].keys()
        assert {volume.split(":")[0] for volume in service.get("volumes", [])} <= LOCAL["volumes"].keys()
        for name in service.get("depends_on", {}):
            other: dict[str, Any] = SERVICES[name]
            assert reached & set(other["networks"]), f"nobody reaches {name}"
