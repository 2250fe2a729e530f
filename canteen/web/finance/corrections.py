"""Finance asks for corrections and decides about those of others."""

from canteen.web.correction_desk import add_views
from canteen.web.finance import blueprint

add_views(blueprint, "correction.decide", asks=True, decides=True)
