"""How runs write their log to the console: for people, or an object a line for what collects logs.

Dagster's servers have `--log-format`; of a run's console it asks only the run's configuration, which nobody who presses
*Materialize* writes. So its own console logger is made to write JSON.
"""

from dagster import colored_console_logger, json_console_logger

COLORED = colored_console_logger.logger_fn


def write_runs_logs(log_format: str) -> None:
    """Let the runs of this process write their logs in the format: `colored` or `json`."""
    colored_console_logger._logger_fn = json_console_logger.logger_fn if log_format == "json" else COLORED
