from pathlib import Path

import pytest

from ecommerce_pipeline.instance.storage_settings import DEFAULTS, PREFIX, TLS
from ecommerce_pipeline.lake.objects import object_path
from ecommerce_pipeline.settings import PROJECT_ROOT, Settings, SettingsError
from ecommerce_pipeline.settings.secrets import SECRETS
from ecommerce_pipeline.targets import target_of


def test_one_error_names_every_variable_that_is_wrong() -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment({"TARGET": "azure", "SCALE": "many", "START_DATE": "2026-13-01"})
    message = str(caught.value)
    assert "TARGET=azure: input should be 'local'" in message
    assert "SCALE=many" in message
    assert "START_DATE=2026-13-01" in message


def test_one_error_names_every_variable_that_google_cloud_needs_and_every_wrong_one() -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment({"TARGET": "gcp", "SCALE": "many"})
    scale, needed = str(caught.value).splitlines()
    assert scale.startswith("SCALE=many: ")
    assert needed == "TARGET=gcp needs GCP_PROJECT, GCS_BUCKET: set them, see .env.example"


def test_bigquery_s_own_forecasts_need_bigquery() -> None:
    with pytest.raises(SettingsError) as raised:
        Settings.from_environment({"FORECAST_MODEL": "bigquery"})
    assert str(raised.value) == "FORECAST_MODEL=bigquery needs TARGET=gcp: set that, or leave FORECAST_MODEL out"


def test_old_personal_values_cannot_go_without_the_key_of_what_is_left() -> None:
    cloud = {"TARGET": "gcp", "GCP_PROJECT": "shop", "GCS_BUCKET": "shop-lake", "RETAIN_PERSONAL_DAYS": "730"}
    with pytest.raises(SettingsError) as raised:
        Settings.from_environment(cloud)
    assert str(raised.value).startswith("RETAIN_PERSONAL_DAYS needs PERSON_KEY_SECRET")
    with_key = {**cloud, "PERSON_KEY_SECRET": "a-long-text"}
    for environment in (with_key, {"RETAIN_PERSONAL_DAYS": "730"}):  # on one machine a random one is kept
        assert Settings.from_environment(environment).retain_personal_days == 730


def test_a_bucket_is_named_without_its_scheme() -> None:
    with pytest.raises(
        SettingsError, match=r"GCS_BUCKET=gs://shop-lake: must be the name of a bucket, without gs:// and folders"
    ):
        Settings.from_environment({"TARGET": "gcp", "GCP_PROJECT": "shop", "GCS_BUCKET": "gs://shop-lake"})


@pytest.mark.parametrize("variable", ["GCP_PROJECT", "BIGQUERY_DATASET"])
def test_names_that_appear_in_bigquery_s_sql_cannot_inject_sql(variable: str) -> None:
    with pytest.raises(SettingsError, match=f"^{variable}=shop`; DROP TABLE x: string should match pattern"):
        Settings.from_environment({variable: "shop`; DROP TABLE x"})


@pytest.mark.parametrize(("prefix", "folder"), [("", ""), ("raw", "raw/"), ("/raw/shop/", "raw/shop/")])
def test_the_lake_on_google_cloud_is_a_prefix_in_the_bucket(prefix: str, folder: str) -> None:
    cloud = {"TARGET": "gcp", "GCP_PROJECT": "shop", "GCS_BUCKET": "shop-lake", "GCS_PREFIX": prefix}
    store = target_of(Settings.from_environment(cloud)).lake
    path = object_path("sessions", "2026-03-01")
    assert store.uri(path) == f"gs://shop-lake/{folder}sessions/date=2026-03-01/part-0.parquet"


def test_a_day_of_a_table_in_bigquery_has_the_address_of_its_partition() -> None:
    cloud = {"TARGET": "gcp", "GCP_PROJECT": "shop", "GCS_BUCKET": "shop-lake"}
    warehouse = target_of(Settings.from_environment(cloud)).warehouse
    assert warehouse.uri("core", "fact_refund") == "bigquery://shop.ecommerce_core.fact_refund"
    assert warehouse.uri("core", "fact_refund", "2026-03-01") == "bigquery://shop.ecommerce_core.fact_refund$20260301"


def test_a_calendar_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(SettingsError, match="END_DATE=2024-01-01 is before START_DATE=2025-01-01"):
        Settings.from_environment({"END_DATE": "2024-01-01"})


def test_an_empty_variable_counts_as_unset() -> None:
    assert Settings.from_environment({"POSTGRES_HOST": "", "SCALE": ""}) == Settings.from_environment({})


def test_the_example_file_lists_every_setting_and_no_other() -> None:
    lines = (PROJECT_ROOT / ".env.example").read_text().splitlines()
    named = {line.lstrip("#").split("=")[0] for line in lines if "=" in line and not line.startswith("# ")}
    assert named == {name.upper() for name in Settings.model_fields} | {
        "DAGSTER_HOME",
        *(f"{PREFIX}{name}" for name in (*DEFAULTS, *map(str.upper, TLS))),
        *SECRETS,
        *(f"{name}_FILE" for name in SECRETS),
    }


def test_the_example_file_shows_the_defaults() -> None:
    shown = {}
    for line in (PROJECT_ROOT / ".env.example").read_text().splitlines():
        if line.startswith("#") and not line.startswith("# "):
            name, value = line.lstrip("#").split("=")
            shown[name] = value
    shown["DATA_DIR"] = str(Path(PROJECT_ROOT / shown["DATA_DIR"]))
    assert Settings.from_environment(shown) == Settings.from_environment({})


MAIL = {"SMTP_HOST": "mail.example", "ALERT_FROM": "dagster@shop.example", "ALERT_TO": "ops@shop.example"}


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        (
            {"ALERT_TO": "", "ALERT_FROM": ""},
            "SMTP_HOST=mail.example is set, so ALERT_TO and ALERT_FROM must be set too",
        ),
        ({"ALERT_TO": "ann@shop.example,bob"}, "'bob' is not an e-mail address"),
        ({"ALERT_TO": "ann@shop.example\nBcc: eve@example.com"}, "is not an e-mail address"),
        ({"ALERT_ROUTES": "team:sales"}, "'team:sales' is not a route; write OWNER=ADDRESS,ADDRESS;OWNER=ADDRESS"),
        ({"SMTP_SECURITY": "ssl"}, "SMTP_SECURITY=ssl"),
        ({"SMTP_PORT": "70000"}, "SMTP_PORT=70000"),
        ({"SMTP_USER": "ann", "SMTP_SECURITY": "none"}, "would send the password unencrypted"),
        ({"SMTP_CA_FILE": "/nowhere"}, "SMTP_CA_FILE=/nowhere: there is no such file"),
        ({"UI_URL": "dagster"}, "UI_URL=dagster: must be the address of a web page"),
    ],
)
def test_mail_settings_that_cannot_work_are_refused_at_the_start(variables: dict[str, str], message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment(MAIL | variables)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("ALERT_TO", "a@shop.example; b@shop.example"),
        ("ALERT_TO", "a@shop.example b@shop.example"),
        ("ALERT_TO", "a@shop.example,b@shop.example;c@shop.example"),
        ("ALERT_TO", "a@shop.example (on call) b@shop.example"),
        ("ALERT_TO", "Ann <a@shop.example> b@shop.example"),
        ("ALERT_TO", "<a@shop.example> <b@shop.example>"),
        ("ALERT_TO", "a@b@shop.example"),
        ("ALERT_FROM", "a@shop.example, b@shop.example"),
        ("ALERT_FROM", "a@shop.example;b@shop.example"),
        ("ALERT_ROUTES", "team:sales=a@shop.example; b@shop.example"),
        ("ALERT_ROUTES", "team:sales=a@shop.example team:finance=b@shop.example"),
        ("ALERT_ROUTES", "team:sales=a@shop.example;team:sales=b@shop.example"),
        ("ALERT_ROUTES", "team:sales=a@shop.example=b@shop.example"),
        ("UI_URL", "https://dagster.shop.example, https://dagster-2.shop.example"),
        ("UI_URL", "https://dagster.shop.example https://dagster-2.shop.example"),
        ("UI_URL", "https://dagster.shop.example/?team=sales"),
        ("UI_URL", "https://dagster.shop.example:80a"),
        ("LOOKER_STUDIO_HOST", "https://lookerstudio.google.com; https://example.com"),
        ("LOOKER_STUDIO_HOST", "http://lookerstudio.google.com"),
        ("SMTP_HOST", "mail.shop.example:587"),
        ("SMTP_HOST", "mail-1.shop.example,mail-2.shop.example"),
        ("SMTP_HOST", "smtp://mail.shop.example"),
        ("SMTP_EHLO_NAME", "etl-1.shop.example etl-2.shop.example"),
        ("SMTP_TIMEOUT", "nan"),
        ("SMTP_PORT", "587 465"),
        ("START_DATE", "20250101"),
        ("END_DATE", "1774915200"),
        ("END_DATE", "2026-03-31T00:00:00"),
        ("LATE_RATE", "nan"),
        ("SCALE", "1,000"),
        ("GCP_LOCATION", "US, EU"),
        ("GCS_PREFIX", "gs://shop-lake/lake"),
        ("GCS_BUCKET", "shop-lake/lake"),
    ],
)
def test_a_setting_that_could_only_be_read_in_part_is_refused_with_its_name_and_value(
    variable: str, value: str
) -> None:
    """ALERT_TO='a@x; b@y' sent mail to the first only, and END_DATE=20260331 was a day in 1970."""
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment(
            MAIL | {"TARGET": "gcp", "GCP_PROJECT": "shop", "GCS_BUCKET": "lake", variable: value}
        )
    [message] = str(caught.value).splitlines()
    assert message.startswith(f"{variable}={value}: ")
    assert len(message) > len(f"{variable}={value}: ") + 10


def test_mail_settings_may_have_spaces_display_names_and_final_separators() -> None:
    settings = Settings.from_environment(
        MAIL
        | {
            "ALERT_TO": "Ann <ann@bücher.example>, bob@shop.example,",
            "ALERT_ROUTES": "team:sales = a@shop.example, b@shop.example ; carl@shop.example=c@shop.example;",
            "UI_URL": "https://dagster.shop.example/shop/",
        }
    )
    assert settings.alert_to == ("ann@xn--bcher-kva.example", "bob@shop.example")
    assert settings.alert_routes["team:sales"] == ("a@shop.example", "b@shop.example")
    assert settings.alert_routes["carl@shop.example"] == ("c@shop.example",)
    assert settings.ui_url == "https://dagster.shop.example/shop"
    assert settings.smtp_address == ("mail.example", 587)


def test_the_password_of_the_mail_server_is_not_in_the_settings() -> None:
    assert "hunter2" not in repr(Settings.from_environment(MAIL | {"SMTP_PASSWORD": "hunter2"}))
