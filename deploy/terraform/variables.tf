variable "project" {
  description = "Google Cloud project in which everything is made."
  type        = string
}

variable "location" {
  description = "Where bucket and datasets are: a multi-region (US, EU) or a region (europe-west1). BigQuery loads from a bucket only where both are in the same place."
  type        = string
  default     = "US"
}

variable "bucket" {
  description = "Name of the lake's bucket; bucket names are unique in the whole world."
  type        = string
}

variable "prefix" {
  description = "Folder of the lake in the bucket; empty for the bucket's top."
  type        = string
  default     = ""
}

variable "dataset" {
  description = "Beginning of the datasets' names: <dataset>_staging, <dataset>_core, <dataset>_datamart."
  type        = string
  default     = "ecommerce"
}

variable "account" {
  description = "Name of the service account that the platform runs as."
  type        = string
  default     = "ecommerce-pipeline"
}

variable "noncurrent_days" {
  description = "How many days a replaced object is kept. A reader that opened it finishes with it; a mistake can be undone."
  type        = number
  default     = 7
}

variable "impersonators" {
  description = "Who may act as the service account without a key, for example user:ana@example.com: roles/iam.serviceAccountTokenCreator."
  type        = set(string)
  default     = []
}

variable "workloads" {
  description = "Workload identities that are the service account, for example serviceAccount:PROJECT.svc.id.goog[NAMESPACE/NAME] on GKE or principalSet://... of a pool: roles/iam.workloadIdentityUser."
  type        = set(string)
  default     = []
}

variable "readers" {
  description = "Who may query the marts, for example group:analysts@example.com: roles/bigquery.dataViewer on the datamart dataset only."
  type        = set(string)
  default     = []
}
