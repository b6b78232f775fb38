# The warehouse: one dataset per layer, where the lake's bucket is.
locals {
  layers = {
    staging  = "As the source delivered it: one table per source table, partitioned by written day."
    core     = "dbt: cleaned, deduplicated and quarantined rows, dimensions and facts."
    datamart = "dbt: what dashboards and analysts read."
  }
}

resource "google_bigquery_dataset" "layer" {
  for_each = local.layers

  dataset_id                 = "${var.dataset}_${each.key}"
  description                = each.value
  location                   = var.location
  delete_contents_on_destroy = false

  depends_on = [google_project_service.used]
}
