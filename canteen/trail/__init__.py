"""What is told on: audit lines (what people and jobs did) and counter events (what screens draw).

The only makers of those rows, so that no act forgets its line and no screen misses its event.
"""
