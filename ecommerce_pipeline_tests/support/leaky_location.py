"""A code location that leaks its secrets in every possible way, run as `python -m`: one run, one tick of alerts.

Users' assets can contain such mistakes, and the platform must not spread the secrets.
"""

import base64
import logging
import os
import sys
import traceback
import warnings
from urllib.parse import quote

from dagster import AssetExecutionContext, DagsterInstance, Definitions, MetadataValue, asset, materialize

from ecommerce_pipeline.alerts.tick import Alerting
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.settings.secrets import read_secret
from ecommerce_pipeline.targets import postgres

LEAKED = ("POSTGRES_PASSWORD", "SMTP_PASSWORD")


def secret_texts() -> list[str]:
    """Return sentences with every secret in every encoding."""
    secrets = [read_secret(name) or "" for name in LEAKED] + [os.environ["SHOP_API_TOKEN"]]
    texts = []
    for secret in secrets:
        in_url = f"postgresql://shop:{quote(secret, safe='')}@db.example.com/shop"
        texts.append(f"{secret} {secret!r} {in_url} {base64.b64encode(secret.encode()).decode()}")
    return texts


@asset
def leaky(context: AssetExecutionContext) -> None:
    """Log, print and show the secrets, and succeed."""
    texts = secret_texts()
    context.add_output_metadata(
        {
            "text": texts[0],
            "json": MetadataValue.json({"texts": [*texts, {"deeper": texts}]}),
            "markdown": MetadataValue.md(texts[1]),
            "url": MetadataValue.url(f"https://example.com/?{texts[2]}"),
        }
    )
    for text in texts:
        context.log.info(f"connecting with {text}")
        print(text)  # noqa: T201
        sys.stderr.write(f"{text}\n")
        warnings.warn(text, stacklevel=1)
        logging.getLogger("a library").error("refused: %s", text)


@asset(deps=[leaky])
def broken() -> None:
    """Fail with the secrets in an error, its cause and its stack trace."""
    texts = secret_texts()
    try:
        raise ConnectionError(texts[0])
    except ConnectionError as error:
        traceback.print_exc()
        raise RuntimeError(f"cannot log in: {' '.join(texts[1:])}") from error


@asset(deps=[leaky])
def refused() -> None:
    """Fail because PostgreSQL rejects the password."""
    os.environ["POSTGRES_PASSWORD"] = f"wrong {read_secret('POSTGRES_PASSWORD')}"
    del os.environ["POSTGRES_PASSWORD_FILE"]
    with postgres(Settings.from_environment()).connect():
        pass


if __name__ == "__main__":
    assets = [leaky, broken, refused]
    with DagsterInstance.get() as instance:
        materialize(assets, instance=instance, raise_on_error=False)
        repository = Definitions(assets=assets).get_repository_def()
        report = Alerting(instance, repository, Settings.from_environment()).tick()
        sys.stdout.write(f"{len(report.delivered)} mails, error: {report.error!r}\n")
    raise RuntimeError(" ".join(secret_texts()))
