"""Credentials for tests: the files that Google makes, with keys that open nothing."""

import json
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

EMAIL = "pipeline@shop.iam.gserviceaccount.com"


def write_key(path: Path, token_uri: str) -> str:
    """Write a service account's key file as Google makes them; return the private key in it."""
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
