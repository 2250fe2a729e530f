"""The demonstration community: an invented canteen like the founding one, its history, and a live counter.

Everything is made by the same services that serve a real canteen, so what is shown is what there is.
"""
