"""What the commands of the command line do, one file each; imported when called, so that `--help` is quick."""
