"""`make bench`: the way from shop to mart against other tools and against the limit, in turn on one machine.

`__main__` runs the cases and writes docs/benchmarks.md; `case` is what a case is, and the process that runs one; `data`
is what they work on. The other modules hold the cases, a group or two each.
"""
