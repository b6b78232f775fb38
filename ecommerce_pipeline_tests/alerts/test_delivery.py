"""A mail server that is down, refuses or disconnects, and a killed process: no email is lost or duplicated."""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from ecommerce_pipeline.alerts.delivery import CLAIM_SECONDS
from ecommerce_pipeline.alerts.store import StateStore
from ecommerce_pipeline.resources.mail.smtp import SESSION_SECONDS
from ecommerce_pipeline_tests.alerts.shop import Shop
from ecommerce_pipeline_tests.support.mailbox import Mailbox, text_of

LATER = 4_000
"""Longer than any pause between two attempts, and than the hour until the first reminder."""


def fail_differently(shop: Shop, count: int) -> list[str]:
    """Let runs fail, each with its own error."""
    run_ids = []
    for number in range(count):
        shop.broken["orders"] = ValueError(f"reason {'abcdefghijklmnopqrstuvwxyz'[number]}")
        run_ids.append(shop.run().run_id)
    return run_ids


def test_emails_for_a_server_that_is_down_are_sent_once_when_it_is_back(shop: Shop, mailbox: Mailbox) -> None:
    shop.tick()
    mailbox.stop()
    run_ids = fail_differently(shop, 4)
    report = shop.tick()
    assert "cannot be reached" in report.error
    assert report.waiting == 4
    assert shop.tick().error == "", "no second attempt at once"
    assert "cannot be reached" in shop.tick(later=LATER).error
    mailbox.start()
    for _ in range(3):
        shop.tick(later=LATER)
    assert sorted(mailbox.message_ids) == sorted(f"<run-{run_id}@shop.example>" for run_id in run_ids)


def test_repeated_failures_while_the_server_is_down_become_one_email(shop: Shop, mailbox: Mailbox) -> None:
    shop.tick()
    mailbox.stop()
    shop.broken["orders"] = ValueError("the same")
    run_ids = []
    for _ in range(5):
        run_ids.append(shop.run().run_id)
        shop.tick(later=700)
    mailbox.start()
    shop.tick(later=700)
    [mail] = mailbox.mails
    assert "5 runs failed with the same error" in str(mail["Subject"])
    assert all(f"/runs/{run_id}" in mailbox.received[0][1].decode().replace("=\r\n", "") for run_id in run_ids)


def test_a_greylisted_email_is_sent_again_and_does_not_delay_others(shop: Shop, mailbox: Mailbox) -> None:
    shop.tick()
    fail_differently(shop, 2)
    mailbox.moods.append("451 4.7.1 greylisted, come again later")
    report = shop.tick()
    assert "451 4.7.1 greylisted" in report.error
    assert len(mailbox.mails) == 1
    shop.tick()
    assert len(mailbox.mails) == 1, "no second attempt at once"
    shop.tick(later=120)
    assert len(mailbox.mails) == 2
    assert len(set(mailbox.message_ids)) == 2


def test_an_email_is_retried_until_a_refusing_server_accepts_it(shop: Shop, mailbox: Mailbox) -> None:
    shop.tick()
    fail_differently(shop, 1)
    mailbox.moods.extend(["554 no"] * 5)
    for _ in range(5):
        shop.tick(later=LATER)
    assert mailbox.mails == []
    shop.tick(later=LATER)
    assert len(mailbox.mails) == 1


def test_a_refused_recipient_gets_the_email_later_and_the_others_only_once(
    new_shop: Callable[..., Shop], mailbox: Mailbox
) -> None:
    shop = new_shop(ALERT_TO="a@shop.example,b@shop.example")
    mailbox.strangers["b@shop.example"] = "450 mailbox busy"
    fail_differently(shop, 1)
    shop.tick()
    assert [to for to, _ in mailbox.received] == [["a@shop.example"]]
    mailbox.strangers.clear()
    shop.tick(later=LATER)
    shop.tick(later=LATER)
    assert [to for to, _ in mailbox.received] == [["a@shop.example"], ["b@shop.example"]]
    assert mailbox.received[0][1] == mailbox.received[1][1] or len(set(mailbox.message_ids)) == 1


def test_a_recipient_refused_for_days_is_given_up_if_others_have_the_email(
    new_shop: Callable[..., Shop], mailbox: Mailbox
) -> None:
    shop = new_shop(ALERT_TO="a@shop.example,gone@shop.example")
    mailbox.strangers["gone@shop.example"] = "550 no such user"
    shop.tick()
    fail_differently(shop, 1)
    for _ in range(4):
        shop.tick(later=2 * 86_400)
    assert shop.state.emails == []
    assert len(mailbox.mails) == 1


def test_a_server_that_disconnects_before_it_confirms_gets_the_same_message_id_again(
    shop: Shop, mailbox: Mailbox
) -> None:
    shop.tick()
    shop.broken["orders"] = ValueError("the same")
    shop.run()
    mailbox.moods.append("drop")
    assert "closed the connection before it confirmed the message" in shop.tick().error
    shop.run()  # the same failure; but the email may have arrived, so the second copy must be identical
    shop.tick(later=LATER)
    first, second, third = mailbox.mails
    assert first["Message-ID"] == second["Message-ID"]
    assert text_of(first) == text_of(second)
    assert "still fails" in str(third["Subject"])


class Killed(BaseException):
    """The process is killed here."""


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_process_killed_at_any_write_loses_nothing_and_a_copy_has_the_same_message_id(
    shop: Shop, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    """Two alerts make seven writes: new problems, the server's reset, a claim and a receipt each, a claim in vain."""
    shop.tick()
    whole = StateStore.change
    for step in range(7):
        mailbox.received.clear()
        writes = iter(range(100))

        def change(store: StateStore, how: Callable[..., Any], step: int = step, writes: Any = writes) -> Any:
            number = next(writes)
            if number == step and when == "before":
                raise Killed
            result = whole(store, how)
            if number == step:
                raise Killed
            return result

        for reason in ("a", "b"):
            shop.broken["orders"] = ValueError(f"reason {'abcdefghij'[step]}{reason}")
            shop.run()
        with monkeypatch.context() as patch, suppress(Killed):
            patch.setattr(StateStore, "change", change)
            shop.tick()
        for _ in range(3):
            shop.tick(later=CLAIM_SECONDS + 1)
        sent = Counter(mailbox.message_ids)
        assert len(sent) == 2, step
        assert sum(sent.values()) <= 3, "one email was being sent when the process was killed"
        for message_id in sent:
            copies = {text_of(mail) for mail in mailbox.mails if mail["Message-ID"] == message_id}
            assert len(copies) == 1


TICK = """
import sys
from pathlib import Path
from ecommerce_pipeline_tests.alerts.shop import Shop
from ecommerce_pipeline_tests.support.mailbox import Mailbox
Shop(Path(sys.argv[1]), Mailbox(port=int(sys.argv[2]))).tick()
"""


def test_a_process_killed_between_send_and_commit_sends_one_copy_with_the_same_message_id(
    shop: Shop, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.tick()
    [run_id] = fail_differently(shop, 1)
    ticking: list[subprocess.Popen[bytes]] = []
    taking = mailbox.handle_DATA

    async def take_and_kill(*arguments: Any) -> str:
        answer = await taking(*arguments)
        os.kill(ticking[0].pid, signal.SIGKILL)
        return answer

    monkeypatch.setattr(mailbox, "handle_DATA", take_and_kill)
    ticking.append(subprocess.Popen([sys.executable, "-c", TICK, str(shop.folder), str(mailbox.port)]))
    assert ticking[0].wait(60) == -signal.SIGKILL
    monkeypatch.undo()
    shop.tick(later=SESSION_SECONDS + 1)
    assert len(mailbox.mails) == 1, "the process that claimed it may still be running"
    shop.tick(later=CLAIM_SECONDS - SESSION_SECONDS)
    shop.tick(later=CLAIM_SECONDS + 1)
    assert mailbox.message_ids == [f"<run-{run_id}@shop.example>"] * 2


def test_two_processes_that_tick_at_once_send_each_email_once(shop: Shop, mailbox: Mailbox) -> None:
    shop.tick()
    fail_differently(shop, 3)
    command = [sys.executable, "-c", TICK, str(shop.folder), str(mailbox.port)]
    both = [subprocess.Popen(command) for _ in range(2)]
    assert [process.wait(60) for process in both] == [0, 0]
    assert len(mailbox.message_ids) == len(set(mailbox.message_ids)) == 3
