"""The auditor reads every correction, also those that wait and those that were refused; she decides none."""

from canteen.web.auditor import blueprint
from canteen.web.correction_desk import add_views

add_views(blueprint, "audit.view", asks=False, decides=False)
