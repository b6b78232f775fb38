"""The embedded PostgreSQL, which is started where no server is set: start with `server`.

Its parts: `binaries` (PostgreSQL's programs), `account` (the user that runs it), `paths` (its files), `cluster` (data
folder and configuration), `roles`, `ports`, `lock` (one process at a time starts or stops it), `postmaster` (the server
process), `start` (waiting until it accepts connections), `login`, `logs` and `errors`.
"""
