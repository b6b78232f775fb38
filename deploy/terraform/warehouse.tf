# The warehouse: one dataset per layer, in the location of the lake's bucket.
locals {
  layers = {
    staging  = "Rows as delivered: one table per source table, events partitioned by written day."
    core     = "dbt: cleaned, deduplicated and quarantined rows, dimensions and facts."
    datamart = "dbt: marts for dashboards and analysts."
    forecast = "Forecasts, by the day on which they were made."
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
