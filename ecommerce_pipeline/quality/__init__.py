"""Data quality: the lake's contract, the same rows in every layer, the ledger, quarantine and volume."""
