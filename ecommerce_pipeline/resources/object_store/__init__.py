"""Object stores: a folder, or a bucket of Google Cloud Storage."""
