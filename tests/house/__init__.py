"""The house rules that a reviewer would otherwise have to remember, checked in the source itself.

A check is a function from a `Tree` to sentences, each "where: what is wrong and what to do". The
checks read with `ast`, so they need no database and no Flask; `test_house.py` runs them over this
tree, `test_planted_faults.py` shows that each of them can fail.
"""
