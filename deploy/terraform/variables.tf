variable "project" {
  description = "Google Cloud project in which everything is created."
  type        = string
}

variable "location" {
  description = "Location of the bucket and the datasets: a multi-region (US, EU) or a region (europe-west1). BigQuery loads from a bucket only in the same location."
  type        = string
  default     = "US"
}

variable "bucket" {
  description = "Name of the lake's bucket; bucket names are globally unique."
  type        = string
}

variable "prefix" {
  description = "Folder of the lake in the bucket; empty for the top of the bucket."
  type        = string
  default     = ""
}

variable "dataset" {
  description = "Prefix of the datasets: <dataset>_staging, <dataset>_core, <dataset>_datamart, <dataset>_forecast."
  type        = string
  default     = "ecommerce"
}

variable "account" {
  description = "Name of the platform's service account."
  type        = string
  default     = "ecommerce-pipeline"
}

variable "noncurrent_days" {
  description = "Days for which a replaced object is kept, for readers that have opened it and to undo mistakes."
  type        = number
  default     = 7
}

variable "impersonators" {
  description = "Members that may impersonate the service account without a key, for example user:ana@example.com: roles/iam.serviceAccountTokenCreator."
  type        = set(string)
  default     = []
}

variable "workloads" {
  description = "Workload identities that act as the service account, for example serviceAccount:PROJECT.svc.id.goog[NAMESPACE/NAME] on GKE or principalSet://... of a pool: roles/iam.workloadIdentityUser."
  type        = set(string)
  default     = []
}

variable "readers" {
  description = "Members that may query the marts, for example group:analysts@example.com: roles/bigquery.dataViewer on the datamart dataset only."
  type        = set(string)
  default     = []
}

variable "analysts" {
  description = "Members that may query the rows of dimensions and facts, which have no personal column: roles/bigquery.dataViewer on the dataset of views <dataset>_analysis only, which is created with the first member. Name it after the first run."
  type        = set(string)
  default     = []
}

variable "policy_tags" {
  description = "Whether BigQuery refuses columns with personal values to all but the platform and personal_readers, by a policy tag."
  type        = bool
  default     = false
}

variable "personal_readers" {
  description = "With policy_tags, members that may see personal values in tables they may read: roles/datacatalog.categoryFineGrainedReader."
  type        = set(string)
  default     = []
}
