# Access. Bindings are added, never set, so that the access of others is kept.
resource "google_service_account" "pipeline" {
  account_id   = var.account
  display_name = "E-commerce data platform"
}

# Read, write, replace and delete objects; BigQuery's load jobs read them with the same role.
resource "google_storage_bucket_iam_member" "objects" {
  bucket = google_storage_bucket.lake.name
  role   = "roles/storage.objectUser"
  member = google_service_account.pipeline.member
}

# Read the bucket's location, which `ecommerce-pipeline doctor` compares with that of the datasets.
resource "google_storage_bucket_iam_member" "bucket" {
  bucket = google_storage_bucket.lake.name
  role   = "roles/storage.legacyBucketReader"
  member = google_service_account.pipeline.member
}

# Create, load, replace and read tables, in these datasets only: WRITER is what a dataset calls roles/bigquery.dataEditor.
# A grant by google_bigquery_dataset_iam_member would remove the authorization of views.
resource "google_bigquery_dataset_access" "tables" {
  for_each = google_bigquery_dataset.layer

  dataset_id    = each.value.dataset_id
  role          = "WRITER"
  user_by_email = google_service_account.pipeline.email
}

# Run jobs, and read results through the Storage API. Both can only be granted on a project, and give no access to data.
resource "google_project_iam_member" "jobs" {
  for_each = toset(["roles/bigquery.jobUser", "roles/bigquery.readSessionUser"])

  project = var.project
  role    = each.value
  member  = google_service_account.pipeline.member
}

resource "google_service_account_iam_member" "impersonators" {
  for_each = var.impersonators

  service_account_id = google_service_account.pipeline.name
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = each.value
}

resource "google_service_account_iam_member" "workloads" {
  for_each = var.workloads

  service_account_id = google_service_account.pipeline.name
  role               = "roles/iam.workloadIdentityUser"
  member             = each.value
}

resource "google_bigquery_dataset_iam_member" "readers" {
  for_each = var.readers

  dataset_id = google_bigquery_dataset.layer["datamart"].dataset_id
  role       = "roles/bigquery.dataViewer"
  member     = each.value
}
