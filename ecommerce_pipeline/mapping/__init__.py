"""A shop's own tables as those of the table contract: one SELECT per contract table, kept in packs under `shops/`.

Start with `mapping`, which finds the pack of a database. Its parts: `packs` (folders), `catalog` (a database's tables),
`recognition` (which pack fits), `selects` (a pack's SQL for it), `views` (in our own schema), `checks` (on one day)
and, for a shop without a pack, `template` and `proposal`. The extraction itself is in `resources/postgres`.
"""
