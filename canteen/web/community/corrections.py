"""The secretary asks for corrections; the street or finance decides."""

from canteen.web.community import blueprint
from canteen.web.correction_desk import add_views

add_views(blueprint, "correction.ask", asks=True, decides=False)
