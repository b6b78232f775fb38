"""`forget`: remove a person from every place of the platform, and keep it from coming back."""

import getpass
import os
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import typer
from dagster import RunsFilter
from rich.markup import escape
from rich.table import Table as Grid

from ecommerce_pipeline.commands.output import Output
from ecommerce_pipeline.commands.reset import files_with_text
from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.instance.dead_runs import UNFINISHED, end_dead_runs
from ecommerce_pipeline.instance.holders import describe_run
from ecommerce_pipeline.instance.home import open_instance
from ecommerce_pipeline.locks import LOOK_SECONDS, WAIT_SECONDS, ReportTimes, locked
from ecommerce_pipeline.privacy.person import find_person
from ecommerce_pipeline.privacy.places import Place, places
from ecommerce_pipeline.resources.forgotten.persons import (
    PATH,
    Entry,
    Forgotten,
    merged,
    read_forgotten,
    write_forgotten,
)
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.settings.secrets import PERSON_KEY
from ecommerce_pipeline.targets import person_key, target_of

Found = dict[str, dict[str, int]]
"""By kind of place and place, how many rows or texts have something of a person."""


def forget_command(settings: Settings, named: str, output: Output, *, dry_run: bool, ask: bool, by: str | None) -> None:
    """Count what every place has of a person; unless it is a dry run, remove it.

    Args:
        settings: The platform's settings.
        named: The shop's key of a customer, or an e-mail address.
        output: Where to report.
        dry_run: Whether to count only.
        ask: Whether to ask before anything is removed.
        by: Who asked for it, for the record; None is the account that runs this.

    Raises:
        PlatformError: PERSON_KEY_SECRET is not set, nothing is known of the person, or a place cannot be searched; what
            was removed until then stays removed, and the command can be run again.
    """
    if settings.personal_data == "none":
        raise PlatformError("PERSONAL_DATA=none: nothing personal has left the shop's database; forget persons there")
    if not settings.data_dir.exists():
        raise PlatformError(f"{settings.data_dir} does not exist: nothing was built yet, so nobody is to be forgotten")
    lake = target_of(settings).lake
    with locked(settings.data_dir):
        forgotten, entry = _entry(settings, named, by or _account())
        wanted = _with(forgotten, entry)
        searched = _places(settings, wanted)
        found = _search(searched, output, "searching")
        _report(found, output)
        if dry_run:
            output.document(ok=True, removed=False, found=found)
            return
        if ask:
            typer.confirm("Remove all of it? The shop's own database is not changed", abort=True, err=output.json)
        # The list first: what reads the source from now on leaves the person out. A run that has begun may not.
        write_forgotten(lake, wanted)
        _wait_for_runs(settings, output)
        for place in _places(settings, wanted):
            with output.console.status(f"removing from {place.name}") as status:
                for where, _ in place.remove():
                    status.update(f"removing from {where}")
        left = _search(_places(settings, wanted), output, "searching again")
        if _total(left):
            _report(left, output)
            raise PlatformError("something was written meanwhile that has the person: run it again")
        # By kind of place: the name of a file may be personal, too.
        counts = {place.name: sum(found[place.name].values()) for place in searched}
        ended = replace(entry, ended_at=_now(), found=counts if any(counts.values()) else entry.found)
        write_forgotten(lake, _with(forgotten, ended))
    output.console.print(f"removed; the record is in {lake.uri(PATH)}", soft_wrap=True)
    for line in _remaining(settings):
        output.console.print(line, soft_wrap=True)
    output.document(ok=True, removed=True, found=found)


def verify_forgotten_command(settings: Settings, output: Output) -> bool:
    """Search every place for all forgotten persons and print where one is; return whether there is none."""
    forgotten = read_forgotten(target_of(settings).lake, person_key(settings))
    output.console.print(f"[bold]verify --forgotten[/]: {len(forgotten.entries)} persons")
    left = _search(_places(settings, forgotten), output, "searching")
    for where, count in ((where, count) for counts in left.values() for where, count in counts.items()):
        output.errors.print(f"[red]{escape(where)}: {count} finds[/]", soft_wrap=True)
    open_ones = [entry.requested_at for entry in forgotten.entries if not entry.ended_at]
    for requested in open_ones:
        output.errors.print(f"[red]the person of {requested} was not removed to the end: run `forget` again[/]")
    ok = not _total(left) and not open_ones
    if ok:
        output.console.print("[green]ok[/] nothing of them is in any place", soft_wrap=True)
    output.document(ok=ok, persons=len(forgotten.entries), found=left, not_ended=open_ones)
    return ok


def _entry(settings: Settings, named: str, by: str) -> tuple[Forgotten, Entry]:
    """Return the list without the person, and the person's entry."""
    lake = target_of(settings).lake
    forgotten = read_forgotten(lake, person_key(settings))
    if not forgotten.secret:
        raise PlatformError(
            f"{PERSON_KEY} is not set: persons who are forgotten are known by hashes with it as their key. Set a long "
            f"random text, for example of `openssl rand -hex 32`, and keep it (docs/privacy.md)"
        )
    person = find_person(lake, named)
    known = _known(forgotten, named)
    if not person and known is None:
        kind = "e-mail address" if "@" in named else "customer"
        raise PlatformError(
            f"the {kind} {named} is in no object of the lake {lake.uri('')}: give the customer's key in the shop's "
            "database, or the address of a customer or guest"
        )
    entry = forgotten.entry(person, _now(), by)
    if known is not None:
        others = tuple(one for one in forgotten.entries if one is not known)
        return replace(forgotten, entries=others), merged(known, entry)
    return forgotten, entry


def _known(forgotten: Forgotten, named: str) -> Entry | None:
    customer, address = forgotten.hash(named.strip()), forgotten.hash(named.strip(" ").lower())
    for entry in forgotten.entries:
        if customer in entry.customers or address in entry.addresses:
            return entry
    return None


def _with(forgotten: Forgotten, entry: Entry) -> Forgotten:
    return replace(forgotten, entries=(*forgotten.entries, entry))


def _places(settings: Settings, forgotten: Forgotten) -> Sequence[Place]:
    return places(settings, forgotten, partial(files_with_text, settings))


def _search(searched: Sequence[Place], output: Output, what: str) -> Found:
    found: Found = {}
    for place in searched:
        found[place.name] = {}
        with output.console.status(f"{what} {place.name}") as status:
            for where, count in place.find():
                status.update(f"{what} {where}")
                if count:
                    found[place.name][where] = count
    return found


def _total(found: Found) -> int:
    return sum(count for counts in found.values() for count in counts.values())


def _report(found: Found, output: Output) -> None:
    grid = Grid("place", "finds", title="What is there of the person", title_justify="left")
    for where, count in ((where, count) for counts in found.values() for where, count in counts.items()):
        grid.add_row(escape(where), f"{count:,}")
    output.console.print(grid if _total(found) else "nothing is there of the person any more")


def _wait_for_runs(settings: Settings, output: Output) -> None:
    times = ReportTimes()
    with open_instance(settings) as instance:
        while True:
            end_dead_runs(instance)
            running = instance.get_runs(RunsFilter(statuses=list(UNFINISHED)))
            if not running:
                return
            described = ", ".join(describe_run(instance, run) for run in running)
            if times.waited > WAIT_SECONDS:
                raise PlatformError(f"still in progress: {described}; end it, then run this again")
            if times.due():
                output.console.print(f"waiting for what began before: {described}", soft_wrap=True)
            time.sleep(LOOK_SECONDS)


def _remaining(settings: Settings) -> list[str]:
    """Return what is left, and until when."""
    lines = ["the shop's own database is not changed: delete the person there with the shop's application"]
    days = target_of(settings).warehouse.restorable_days
    if days:
        until = datetime.now(UTC) + timedelta(days=days)
        lines.append(
            f"BigQuery can restore what was overwritten for {days} days, by time travel and fail-safe: the last copy "
            f"ends on {until:%Y-%m-%d}. Objects that the bucket keeps by a soft delete policy end with that"
        )
    return lines


def _account() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return str(os.getuid())


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
