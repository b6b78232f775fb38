"""The last lines of the server's log, for error messages."""

from ecommerce_pipeline.resources.embedded_postgres.paths import Home


def last_lines(home: Home, count: int = 8) -> str:
    """Return the last lines since the last start, in order."""
    start = home.root / "start.log"
    if not start.exists():
        return "(no log)"
    started = start.stat().st_mtime_ns
    text = start.read_text(errors="replace")
    if logs := sorted(home.log.glob("server-*.log"), key=lambda path: path.stat().st_mtime_ns):
        newest = logs[-1]
        if newest.stat().st_mtime_ns >= started:
            text += newest.read_text(errors="replace")
    # The day's file contains earlier starts too.
    text = text[max(0, text.rfind("starting PostgreSQL")) :]
    lines = [line for line in text.splitlines() if "logging collector" not in line and "Future log output" not in line]
    return "\n".join(lines[-count:]) or "(the log is empty)"
