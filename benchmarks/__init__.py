"""`make bench`: compares each step from the shop to the marts with other tools and with the limit of the databases.

`__main__` runs the cases and writes docs/benchmarks.md; `case` defines a case and runs one in its own process; `data`
holds the input. The other modules hold the cases, one or two groups each.
"""
