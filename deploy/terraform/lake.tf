# The lake: <table>/date=YYYY-MM-DD/part-0.parquet, each object replaced whole.
resource "google_storage_bucket" "lake" {
  name     = var.bucket
  location = var.location

  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = false

  # A reader asks for the version that it opened: without versions a replaced object is gone under its hands.
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

  # Versions keep what is replaced or deleted; soft deletion would keep, and charge for, the same bytes again.
  soft_delete_policy {
    retention_duration_seconds = 0
  }

  depends_on = [google_project_service.used]
}
