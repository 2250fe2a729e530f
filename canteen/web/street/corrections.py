"""The street decides about corrections of its communities."""

from canteen.web.correction_desk import add_views
from canteen.web.street import blueprint

add_views(blueprint, "correction.decide", asks=False, decides=True)
