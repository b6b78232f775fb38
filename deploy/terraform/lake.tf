# The lake: <table>/date=YYYY-MM-DD/part-0.parquet; objects are replaced as a whole.
resource "google_storage_bucket" "lake" {
  name     = var.bucket
  location = var.location

  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = false

  # A reader needs the version that it opened, even if the object is replaced while it reads.
  versioning {
    enabled = true
  }

  lifecycle_rule {
    condition {
      days_since_noncurrent_time = var.noncurrent_days
      with_state                 = "ARCHIVED"
    }
    action {
      type = "Delete"
    }
  }

  # Versions keep replaced and deleted objects; soft deletion would keep, and bill, the same bytes again.
  soft_delete_policy {
    retention_duration_seconds = 0
  }

  depends_on = [google_project_service.used]
}
