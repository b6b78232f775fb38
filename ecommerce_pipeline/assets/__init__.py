"""The data's way, one file a step: source, lake, staging, transform. Each file makes its assets from the contract."""
