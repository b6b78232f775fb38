"""Credentials for tests: files in Google's format, with keys that grant no access."""

import json
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

EMAIL = "pipeline@shop.iam.gserviceaccount.com"


def write_key(path: Path, token_uri: str) -> str:
    """Write a service account's key file in Google's format; return its private key."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    content = {
        "type": "service_account",
        "project_id": "shop",
        "private_key_id": "1",
        "private_key": private,
        "client_email": EMAIL,
        "token_uri": token_uri,
    }
    path.write_text(json.dumps(content))
    return private
