# Rows without personal columns: views of the dimensions and facts, authorized to read `core`, whose readers need no access
# to it. BigQuery creates a view of a table that exists only: name the first analysts after the first run.
locals {
  analysis_tables = toset(length(var.analysts) == 0 ? [] : [
    "dim_customer",
    "dim_customer_history",
    "dim_date",
    "dim_exchange_rate",
    "dim_payment",
    "dim_product",
    "dim_product_history",
    "dim_session",
    "dim_store",
    "fact_order",
    "fact_payment_attempt",
    "fact_refund",
    "fact_refund_line",
    "fact_review",
    "fact_transaction",
  ])
}

resource "google_bigquery_dataset" "analysis" {
  count = length(var.analysts) > 0 ? 1 : 0

  dataset_id                 = "${var.dataset}_analysis"
  description                = "Views of the dimensions and facts for analysts, without personal columns."
  location                   = var.location
  delete_contents_on_destroy = false

  depends_on = [google_project_service.used]
}

resource "google_bigquery_table" "view" {
  for_each = local.analysis_tables

  dataset_id          = google_bigquery_dataset.analysis[0].dataset_id
  table_id            = each.value
  deletion_protection = false

  view {
    query          = "SELECT * FROM `${var.project}.${google_bigquery_dataset.layer["core"].dataset_id}.${each.value}`"
    use_legacy_sql = false
  }
}

# Views in this dataset may read `core`, whoever queries them.
resource "google_bigquery_dataset_access" "views" {
  count = length(var.analysts) > 0 ? 1 : 0

  dataset_id = google_bigquery_dataset.layer["core"].dataset_id

  dataset {
    dataset {
      project_id = var.project
      dataset_id = google_bigquery_dataset.analysis[0].dataset_id
    }
    target_types = ["VIEWS"]
  }
}

resource "google_bigquery_dataset_iam_member" "analysts" {
  for_each = var.analysts

  dataset_id = google_bigquery_dataset.analysis[0].dataset_id
  role       = "roles/bigquery.dataViewer"
  member     = each.value
}
