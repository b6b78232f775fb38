"""The format of console logs: coloured lines for people, or JSON lines for log collectors.

Dagster's servers have `--log-format`; a run's console only follows the run's configuration, which nobody writes who
presses *Materialize*. So Dagster's default console logger is switched to JSON.
"""

from typing import Final

from dagster import colored_console_logger, json_console_logger

from ecommerce_pipeline.instance.dagster_private import configure_loggers

COLORED: Final = colored_console_logger.logger_fn


def set_run_log_format(log_format: str) -> None:
    """Set the format in which the runs of this process log to the console: `colored` or `json`."""
    colored_console_logger._logger_fn = json_console_logger.logger_fn if log_format == "json" else COLORED


def set_process_log_format(log_format: str) -> None:
    """Set the format in which this process itself, a server of ours, logs to the console."""
    configure_loggers(formatter=log_format)
