"""The use cases: one function each, session first, plain values by keyword, `now` last.

A function's return commits and its raise rolls back (`db.run`); none of them knows Flask, the clock
or one another. What two of them share lies a floor below: the till for money, the trail for telling.
"""
