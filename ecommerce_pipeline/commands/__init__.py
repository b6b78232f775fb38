"""What the commands of the command line do, one file each; imported only when called, so that `--help` is fast."""
