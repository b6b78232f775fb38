"""The data's way, one file a step: source, lake, staging, transform, dashboard; tables come from the contract."""
