"""The message of an email, whatever its content."""

import pytest

from ecommerce_pipeline.alerts.content import Content
from ecommerce_pipeline.alerts.email import message_of


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\u2028"], ids=repr)
def test_a_line_break_in_subject_or_id_starts_no_header(end: str) -> None:
    content = Content(subject=f"failed{end}Bcc: eve@example.com", tone="bad", title="failed", lead="no object")
    message = message_of(
        content, message_id=f"run-1{end}Bcc: eve@example.com", sender="a@shop.example", to=["b@shop.example"], written=0
    )
    assert message["Subject"] == "failed Bcc: eve@example.com"
    assert "\n" not in str(message["Message-ID"])
    assert message["Bcc"] is None
