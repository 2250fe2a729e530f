"""The tables. A model file imports `base` (and `encrypted`) only; tables meet by foreign-key names.

`canteen.models.metadata` imports them all, for migrations and for whoever needs the whole.
"""
