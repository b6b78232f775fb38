# Who may see personal values: with policy_tags, the platform sets this tag on the columns that hold them, and BigQuery
# refuses these columns to all but the members here, whatever else they may read.
resource "google_data_catalog_taxonomy" "privacy" {
  count = var.policy_tags ? 1 : 0

  region                 = lower(var.location)
  display_name           = "${var.dataset} privacy"
  description            = "Columns of the e-commerce data platform that tell who a person is."
  activated_policy_types = ["FINE_GRAINED_ACCESS_CONTROL"]

  depends_on = [google_project_service.used]
}

resource "google_data_catalog_policy_tag" "personal" {
  count = var.policy_tags ? 1 : 0

  taxonomy     = google_data_catalog_taxonomy.privacy[0].id
  display_name = "personal"
  description  = "Names, addresses, dates of birth and free text."
}

# The platform moves the values from layer to layer.
resource "google_data_catalog_policy_tag_iam_member" "pipeline" {
  count = var.policy_tags ? 1 : 0

  policy_tag = google_data_catalog_policy_tag.personal[0].name
  role       = "roles/datacatalog.categoryFineGrainedReader"
  member     = google_service_account.pipeline.member
}

resource "google_data_catalog_policy_tag_iam_member" "readers" {
  for_each = var.personal_readers

  policy_tag = google_data_catalog_policy_tag.personal[0].name
  role       = "roles/datacatalog.categoryFineGrainedReader"
  member     = each.value
}

# Set a tag on a column: of the predefined roles, only broader ones have the permission.
resource "google_project_iam_custom_role" "tagger" {
  count = var.policy_tags ? 1 : 0

  role_id     = "${var.dataset}_tagger"
  title       = "Set policy tags on columns"
  permissions = ["bigquery.tables.setCategory"]
}

resource "google_bigquery_dataset_access" "tagger" {
  for_each = toset(var.policy_tags ? ["staging", "core"] : [])

  dataset_id    = google_bigquery_dataset.layer[each.value].dataset_id
  role          = google_project_iam_custom_role.tagger[0].id
  user_by_email = google_service_account.pipeline.email
}
