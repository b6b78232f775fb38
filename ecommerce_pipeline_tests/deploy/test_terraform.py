"""Rules for deploy/terraform: nothing is public, and every role is one that the platform uses."""

import re
from collections.abc import Iterator
from typing import Any

import hcl2
import pytest
from hcl2.utils import SerializationOptions

from ecommerce_pipeline.settings import PROJECT_ROOT, Settings

FOLDER = PROJECT_ROOT / "deploy" / "terraform"
TEXT = "\n".join(file.read_text() for file in sorted(FOLDER.glob("*.tf")))
PARSED = hcl2.loads(TEXT, serialization_options=SerializationOptions(strip_string_quotes=True, explicit_blocks=False))

PIPELINE = {"${google_service_account.pipeline.member}", "${google_service_account.pipeline.email}"}
GRANTED = {
    ("google_storage_bucket_iam_member", "roles/storage.objectUser"),
    ("google_storage_bucket_iam_member", "roles/storage.legacyBucketReader"),
    ("google_bigquery_dataset_access", "WRITER"),
    ("google_project_iam_member", "roles/bigquery.jobUser"),
    ("google_project_iam_member", "roles/bigquery.readSessionUser"),
    ("google_data_catalog_policy_tag_iam_member", "roles/datacatalog.categoryFineGrainedReader"),
    ("google_bigquery_dataset_access", "${google_project_iam_custom_role.tagger[0].id}"),
}
"""All roles of the platform's account."""
OPTIONAL = {
    ("google_service_account_iam_member", "roles/iam.serviceAccountTokenCreator"),
    ("google_service_account_iam_member", "roles/iam.workloadIdentityUser"),
    ("google_bigquery_dataset_iam_member", "roles/bigquery.dataViewer"),
    ("google_data_catalog_policy_tag_iam_member", "roles/datacatalog.categoryFineGrainedReader"),
}
"""Roles of members in variables that are empty by default."""


def resources() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for block in PARSED["resource"]:
        for kind, named in block.items():
            for name, body in named.items():
                yield kind, name, body


def only(kind: str, name: str | None = None) -> dict[str, Any]:
    (body,) = [body for found, called, body in resources() if found == kind and name in {None, called}]
    return body


def local(name: str) -> Any:
    """Return the one local value of this name."""
    [value] = [block[name] for block in PARSED["locals"] if name in block]
    return value


def variables() -> dict[str, dict[str, Any]]:
    return {name: body for block in PARSED["variable"] for name, body in block.items()}


def member(body: dict[str, Any]) -> str | None:
    """Return whom a resource gives a role; None if it gives none."""
    found: str | None = body.get("member", body.get("user_by_email"))
    return found


def roles(body: dict[str, Any]) -> list[str]:
    """Return the roles of a grant: one, or one for each value of its set."""
    if body["role"] != "${each.value}":
        return [body["role"]]
    return re.findall(r"roles/[\w.]+", str(body["for_each"]))


def test_the_account_has_exactly_the_roles_that_it_uses() -> None:
    granted = {(kind, role) for kind, _, body in resources() if member(body) in PIPELINE for role in roles(body)}
    assert granted == GRANTED


def test_other_members_have_roles_only_if_a_variable_names_them() -> None:
    optional = [(kind, body) for kind, _, body in resources() if member(body) and member(body) not in PIPELINE]
    assert {(kind, role) for kind, body in optional for role in roles(body)} == OPTIONAL
    for _, body in optional:
        variable = re.fullmatch(r"\$\{var\.(\w+)\}", body["for_each"])
        assert variable
        assert body["member"] == "${each.value}"
        assert variables()[variable[1]]["default"] == []


def test_no_grant_removes_others_or_uses_an_unchecked_resource_type() -> None:
    known = {kind for kind, _ in GRANTED | OPTIONAL} | {"google_project_iam_custom_role"}
    assert {kind for kind, _, _ in resources() if "iam" in kind or "access" in kind or "acl" in kind} == known


@pytest.mark.parametrize(
    "text", ["allUsers", "allAuthenticatedUsers", "roles/owner", "roles/editor", "admin", "service_account_key"]
)
def test_nothing_is_public_and_nobody_is_an_administrator(text: str) -> None:
    assert text.lower() not in TEXT.lower()


def test_nothing_of_policy_tags_is_there_unless_it_is_asked_for_and_setting_them_is_all_that_it_allows() -> None:
    found = [(kind, name, body) for kind, name, body in resources() if "policy_tag" in str((kind, body))]
    assert len(found) == 6
    for _, name, body in found:
        assert "var.policy_tags" in str((body.get("count"), body.get("for_each"))) or name == "readers"
    assert variables()["policy_tags"]["default"] is False
    assert only("google_project_iam_custom_role")["permissions"] == ["bigquery.tables.setCategory"]
    assert only("google_data_catalog_taxonomy")["activated_policy_types"] == ["FINE_GRAINED_ACCESS_CONTROL"]


def test_analysts_see_every_dimension_and_fact_by_views_that_alone_may_read_the_rest() -> None:
    """The tables that `test_privacy` searches for personal columns and values."""
    models = [
        file.stem
        for layer in ("dim", "fact")
        for file in (PROJECT_ROOT / "ecommerce_dbt" / "models" / layer).glob("*.sql")
    ]
    assert sorted(re.findall(r"\b(?:dim|fact)_\w+", local("analysis_tables"))) == sorted(models)
    core = '${google_bigquery_dataset.layer["core"].dataset_id}'
    analysis = "${google_bigquery_dataset.analysis[0].dataset_id}"
    view = only("google_bigquery_table", "view")
    assert (view["for_each"], view["dataset_id"]) == ("${local.analysis_tables}", analysis)
    assert view["view"][0]["query"] == f"SELECT * FROM `${{var.project}}.{core}.${{each.value}}`"
    access = only("google_bigquery_dataset_access", "views")
    place = {"project_id": "${var.project}", "dataset_id": analysis}
    assert (access["dataset_id"], access["dataset"]) == (core, [{"dataset": [place], "target_types": ["VIEWS"]}])
    assert only("google_bigquery_dataset_iam_member", "analysts")["dataset_id"] == analysis


def test_no_grant_on_a_dataset_with_authorized_views_is_of_the_kind_that_removes_them() -> None:
    """google_bigquery_dataset_iam_member writes a policy, which has no place for views."""
    kind = "google_bigquery_dataset_iam_member"
    datasets = {name: body["dataset_id"] for found, name, body in resources() if found == kind}
    assert datasets == {
        "readers": '${google_bigquery_dataset.layer["datamart"].dataset_id}',
        "analysts": "${google_bigquery_dataset.analysis[0].dataset_id}",
    }


def test_the_bucket_cannot_be_made_public_and_keeps_replaced_objects_for_some_days() -> None:
    bucket = only("google_storage_bucket")
    assert bucket["public_access_prevention"] == "enforced"
    assert bucket["uniform_bucket_level_access"] is True
    assert bucket["force_destroy"] is False
    assert bucket["versioning"] == [{"enabled": True}]
    (rule,) = bucket["lifecycle_rule"]
    # Only replaced objects are ever deleted.
    assert rule["condition"] == [
        {"days_since_noncurrent_time": "${var.noncurrent_days}", "with_state": "ARCHIVED"},
    ]
    assert rule["action"] == [{"type": "Delete"}]


def test_bucket_and_datasets_are_in_one_location() -> None:
    assert only("google_storage_bucket")["location"] == "${var.location}"
    assert only("google_bigquery_dataset", "layer")["location"] == "${var.location}"
    assert variables()["location"]["default"] == Settings.from_environment({}).gcp_location


def test_the_datasets_are_those_of_the_settings() -> None:
    settings = Settings.from_environment({})
    assert only("google_bigquery_dataset", "layer")["dataset_id"] == "${var.dataset}_${each.key}"
    assert variables()["dataset"]["default"] == settings.bigquery_dataset
    layers = local("layers")
    assert {layer: f"{settings.bigquery_dataset}_{layer}" for layer in layers} == settings.bigquery_datasets
    assert only("google_bigquery_dataset", "layer")["delete_contents_on_destroy"] is False


def test_the_output_contains_lines_for_dotenv_that_the_settings_read() -> None:
    (env,) = [block["env"]["value"] for block in PARSED["output"] if "env" in block]
    lines = [line.strip() for line in env.splitlines()[1:-1]]
    names = [line.split("=")[0] for line in lines]
    place = ["TARGET", "GCP_PROJECT", "GCP_LOCATION", "GCS_BUCKET", "GCS_PREFIX", "BIGQUERY_DATASET"]
    assert names == [*place, "BIGQUERY_POLICY_TAG"]
    assert {name.lower() for name in names} <= Settings.model_fields.keys()


def test_every_reference_is_defined_and_every_variable_is_used_and_described() -> None:
    used = set(re.findall(r"\bvar\.(\w+)", TEXT))
    assert used == variables().keys()
    assert all(body["description"] for body in variables().values())
    defined = {f"{kind}.{name}" for kind, name, _ in resources()}
    assert set(re.findall(r"\bgoogle_\w+\.\w+", TEXT)) <= defined


def test_the_example_sets_every_variable_without_a_default() -> None:
    given = hcl2.loads((FOLDER / "terraform.tfvars.example").read_text())
    assert {name for name, body in variables().items() if "default" not in body} <= given.keys() <= variables().keys()
