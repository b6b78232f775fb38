output "env" {
  description = "Lines for .env: `terraform output -raw env >> ../../.env`."
  value       = <<-EOT
    TARGET=gcp
    GCP_PROJECT=${var.project}
    GCP_LOCATION=${var.location}
    GCS_BUCKET=${google_storage_bucket.lake.name}
    GCS_PREFIX=${var.prefix}
    BIGQUERY_DATASET=${var.dataset}
    BIGQUERY_POLICY_TAG=${try(google_data_catalog_policy_tag.personal[0].name, "")}
  EOT
}

output "service_account" {
  description = "E-mail address of the platform's service account."
  value       = google_service_account.pipeline.email
}
