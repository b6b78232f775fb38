"""E-mail: `smtp` connects to a mail server, `session` sends messages, `catcher` is a mail server for this machine."""
