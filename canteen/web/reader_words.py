"""How a reader last said it was, in words, for whoever looks after it and whoever audits what it sent."""

from canteen.web.door_page import N_

#: state → the mark it gets on a page, and how it is said
READER_STATES = {
    "open": ("ok", N_("connected")),
    "verified": ("ok", N_("connected")),
    "absent": ("warn", N_("port not found")),
    "busy": ("warn", N_("port held by another program")),
    "denied": ("warn", N_("no permission to open the port")),
    "down": ("warn", N_("reader lost")),
}
