import base64
from pathlib import Path
from urllib.parse import quote

import pytest
from psycopg.conninfo import make_conninfo

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.masking import Masker, clean
from ecommerce_pipeline.resources.mail.session import MailServerError
from ecommerce_pipeline.settings import SettingsError

PASSWORD = "s3cr/t p@ss'wörd"
BEGIN = "-----BEGIN PRIVATE KEY-----"  # pragma: allowlist secret


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@pytest.fixture
def masker() -> Masker:
    return Masker.of({"POSTGRES_PASSWORD": PASSWORD, "PATH": "/usr/bin", "PWD": "/home/ann", "OLDPWD": "/home"})


@pytest.mark.parametrize(
    "text",
    [
        PASSWORD,
        f"FATAL: login with '{PASSWORD}' failed",
        f"postgresql://shop:{PASSWORD}@db.example.com:5432/shop",
        f"postgresql://shop:{quote(PASSWORD, safe='')}@db.example.com/shop",
        f"AUTH PLAIN {base64.b64encode(PASSWORD.encode()).decode()}",
        repr(PASSWORD),
        "s3cr/t p@ss\x1b[0m'wö\x00rd",
        quote(PASSWORD, safe="").lower(),
        make_conninfo(password=PASSWORD, dbname="shop").removeprefix("password="),
        f"ATTACH {quoted(make_conninfo(password=PASSWORD, dbname='shop').removeprefix('password='))}",
        quoted(PASSWORD),
    ],
    ids=[
        "alone",
        "in a sentence",
        "in a URL",
        "quoted in a URL",
        "in base64",
        "as repr",
        "broken by control characters",
        "quoted in a URL in lower case",
        "in a connection string",
        "in a connection string in SQL",
        "in SQL",
    ],
)
def test_the_value_of_a_secret_variable_is_masked_in_every_encoding(masker: Masker, text: str) -> None:
    masked = masker(text)
    assert "***" in masked
    assert "s3cr" not in masked
    assert "wörd" not in masked
    assert base64.b64encode(PASSWORD.encode()).decode() not in masked


@pytest.mark.parametrize(
    ("text", "secret", "kept"),
    [
        ("https://ann:hunter2@example.com/a", "hunter2", "example.com/a"),
        ("https://ghp_abcdefghijklmnop@github.com/x", "ghp_abc", "github.com/x"),
        ("redis://:hunter2@cache/0", "hunter2", "cache/0"),
        ("postgres://u:pa/ss:w@rd@db:5432/shop is down", "rd@", "db:5432/shop is down"),
        ("host=db password=hunter2 user=ann", "hunter2", "user=ann"),
        ("{'password': 'hunter2', 'user': 'ann'}", "hunter2", "'user': 'ann'"),
        ('{"client_secret": "hun\\"ter2", "user": "ann"}', "ter2", '"user": "ann"'),
        ("SMTP_PASSWORD=hunter2", "hunter2", "SMTP_PASSWORD="),
        ("Authorization: Bearer abcdefghij.klm", "abcdefghij", "Authorization"),
        ("token eyJhbGciOi.eyJzdWIi.c2lnbmF0 refused", "eyJ", "refused"),
        (
            f"key {BEGIN}\nMIIE\nabc\n-----END PRIVATE KEY----- read",
            "MIIE",
            "read",
        ),
        ("?X-Goog-Signature=1&access_token=ya29.abc&n=1", "ya29", "&n=1"),
    ],
)
def test_text_that_looks_like_a_credential_is_masked_and_the_rest_stays(text: str, secret: str, kept: str) -> None:
    masked = Masker()(text)
    assert secret not in masked
    assert kept in masked


SIGNS = "~~~???>>>-open-sesame"


@pytest.mark.parametrize("secret", [SIGNS, "p>?~"], ids=["long", "short"])
def test_a_secret_is_masked_in_both_alphabets_of_base64(secret: str) -> None:
    alphabets = {encode(secret.encode()).decode() for encode in (base64.b64encode, base64.urlsafe_b64encode)}
    assert len(alphabets) == 2, "it tells the alphabets apart"
    for encoded in alphabets:
        assert Masker([secret])(f"key {encoded} rejected") == "key *** rejected"


@pytest.mark.parametrize("user", ["", "a", "an", "ann", "ann.example"])
@pytest.mark.parametrize("after", ["", "!", "\n"])
@pytest.mark.parametrize("password", [SIGNS, "tr0ub4dor", "ecommerce", "correct horse battery staple"])
@pytest.mark.parametrize(
    "line",
    [
        "Authorization: Basic {0}",
        "{{'headers': [('Authorization', 'Basic {0}')]}}",
        'curl -H "authorization: basic {0}" https://db.example.com',
        "GET /rows?authorization=Basic%20{0}&n=1",
        '{{"auths": {{"registry.example.com": {{"auth": "{0}"}}}}}}',
        "AUTH PLAIN {0}",
        "https://db.example.com/u/{0}?n=1",
        "{0}",
    ],
)
def test_a_known_password_is_masked_in_the_base64_of_user_and_password_wherever_it_stands(
    line: str, password: str, after: str, user: str
) -> None:
    masker = Masker([password])
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        encoded = encode(f"{user}:{password}{after}".encode()).decode()
        for shown in {encoded, quote(encoded, safe="")}:
            text = line.format(shown)
            for masked in (masker(text), masker.hide(text)):
                assert "***" in masked
                assert encoded[4:10] not in masked
                assert shown.removesuffix("%3D%3D").removesuffix("%3D").rstrip("=")[-6:] not in masked
            assert masker.knows(text)


@pytest.mark.parametrize(
    "line",
    [
        "Authorization: Basic {0}",
        "Proxy-Authorization: Basic {0} refused",
        "'Basic': '{0}'",
        "?authorization=Basic%20{0}&n=1",
        '{{"auths": {{"registry.example.com": {{"auth": "{0}"}}}}}}',
        '{{\\"auth\\": \\"{0}\\"}}',
        "//registry.example.com/:_auth={0}",
    ],
)
@pytest.mark.parametrize("credential", ["a:b", "ann:hunter2", "ann:~~~???>>>", "~~~???>>>:hunter2"])
def test_an_unknown_basic_credential_is_masked_wherever_one_can_stand(line: str, credential: str) -> None:
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        encoded = encode(credential.encode()).decode()
        masked = Masker()(line.format(encoded))
        assert encoded.rstrip("=") not in masked
        assert masked.replace("***", encoded) == line.format(encoded)


def test_a_word_after_an_authorization_label_is_not_masked_for_a_credential() -> None:
    text = "auth: required; authorization = enabled; basic: auth: none; auth: never; basic: plain"
    assert Masker()(text) == text


def test_ordinary_text_is_unchanged(masker: Masker) -> None:
    text = 'File "/home/ann/shop.py", line 3: 60,000 rows at http://127.0.0.1:3000/runs/1 by ann@example.com, ok'
    assert masker(text) == text


def test_files_that_secret_variables_name_are_secrets_too(tmp_path: Path) -> None:
    key = tmp_path / "key.json"
    key.write_text(
        '{"type": "service_account", "private_key": "-----BEGIN-----\\nMIIEvAIBADANBgkq\\n", "project": "shop"}'
    )
    word = tmp_path / "word"
    word.write_text("correct horse\n")
    masker = Masker.of({"GOOGLE_APPLICATION_CREDENTIALS": str(key)}, [word])
    assert masker("MIIEvAIBADANBgkq and correct horse of shop") == "*** and *** of shop"


def test_the_password_in_a_url_in_a_secret_variable_is_masked_alone_too() -> None:
    masker = Masker.of({"SHOP_DSN": "postgresql://shop:hunter2@db/shop"})
    assert masker("password authentication with hunter2 failed") == "password authentication with *** failed"


def test_the_path_of_a_secret_file_is_shown_and_its_content_is_not(tmp_path: Path) -> None:
    file = tmp_path / "shop-password"
    file.write_text("correct horse\n")
    masker = Masker.of({"POSTGRES_PASSWORD_FILE": str(file), "SMTP_PASSWORD_FILE": "battery-staple"})
    message = f"POSTGRES_PASSWORD_FILE={file}: empty; GOOGLE_APPLICATION_CREDENTIALS=/keys/a.json: no such file"
    assert masker(message) == message
    assert masker("correct horse") == "***"
    assert masker("battery-staple") == "***", "a secret written in place of its path is masked"


def test_a_path_is_shown_whether_it_is_relative_or_its_file_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop-password").write_text("correct horse\n")
    masker = Masker.of({"POSTGRES_PASSWORD_FILE": "shop-password", "SMTP_PASSWORD_FILE": "/run/secrets/smtp"})
    message = "POSTGRES_PASSWORD_FILE=shop-password; SMTP_PASSWORD_FILE=/run/secrets/smtp: no such file"
    assert masker(message) == message
    assert masker("correct horse") == "***"


def test_a_word_that_only_says_whether_there_is_a_secret_is_not_masked() -> None:
    words = ["true", "False", "none", "NULL"]
    masker = Masker.of({f"PASSWORD_{number}": word for number, word in enumerate(words)})
    assert masker(" ".join(words)) == " ".join(words)


def test_long_lines_of_a_secret_are_masked_alone_and_short_or_common_ones_are_not() -> None:
    masker = Masker.of({"DEPLOY_TOKEN": "-----BEGIN KEY-----\nnine-char\neightchr\nend of it all\n"})
    text = "-----BEGIN KEY----- nine-char eightchr end of it all"
    assert masker(text) == "-----BEGIN KEY----- *** eightchr ***"


def test_every_line_of_a_client_key_is_masked(tmp_path: Path) -> None:
    file = tmp_path / "client.key"
    file.write_text(f"{BEGIN}\nMIIEvAIBADANBgkqhkiG\n-----END PRIVATE KEY-----\n")
    masker = Masker.of({"POSTGRES_SSLKEY": str(file)})
    assert masker(f"{file} has MIIEvAIBADANBgkqhkiG in it") == f"{file} has *** in it"


def test_a_secret_that_begins_with_another_one_is_masked_whole() -> None:
    for secrets in (["hunter2", "hunter2-of-old"], ["hunter2-of-old", "hunter2"]):
        assert Masker(secrets)("hunter2-of-old, hunter2") == "***, ***"


def test_a_secret_that_is_a_word_is_not_masked_inside_other_words() -> None:
    masker = Masker.of({"POSTGRES_PASSWORD": "ecommerce"})
    text = "ecommerce_pipeline.errors: login with ecommerce failed"
    assert masker(text) == "ecommerce_pipeline.errors: login with *** failed"


@pytest.mark.parametrize("before", ["", "a", "an", "run of ", "~~~???>>>"])
def test_a_secret_that_is_a_word_is_not_masked_inside_other_words_in_base64(before: str) -> None:
    """Dagster's cursors and serialized jobs are base64 that contains `ecommerce_pipeline`."""
    masker = Masker.of({"POSTGRES_PASSWORD": "ecommerce"})
    encoded = base64.b64encode(f"{before}ecommerce_pipeline.definitions".encode()).decode()
    assert masker(f"job {encoded}") == f"job {encoded}"
    assert not masker.knows(encoded)
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        encoded = encode(f"{before and before + ':'}ecommerce!".encode()).decode()
        assert masker(f"job {encoded}") == "job ***"
        assert masker.knows(encoded)


def test_every_error_for_users_is_masked_when_it_is_created(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTGRES_PASSWORD", PASSWORD)
    for error in (PlatformError, SettingsError, MailServerError):
        assert str(error(f"a driver said {PASSWORD} of postgresql://ann:hunter2@db/shop")) == (
            "a driver said *** of postgresql://***@db/shop"
        )


def test_characters_that_deceive_a_reader_are_removed() -> None:
    assert clean("a\u202etxt.exe\u200b\x07\r\nb\ud800") == "atxt.exe\nb?"
