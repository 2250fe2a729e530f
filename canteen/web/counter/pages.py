"""The cashier's page of a counter (one static page, one script), and the choice of the counter."""

from flask import Response, current_app, redirect, render_template, send_from_directory

from canteen.web.auth import get_counter, get_signed_in
from canteen.web.counter import blueprint
from canteen.web.displays import list_counters_in_reach


@blueprint.get("/counter")
def choose_counter() -> Response | str:
    counters = list_counters_in_reach("counter.view")
    if len(counters) == 1:
        made = redirect(f"/counter/{counters[0].id}", 303)
        assert isinstance(made, Response)
        return made
    return render_template("counters.html", person=get_signed_in(), counters=counters)


@blueprint.get("/counter/<number:counter_id>")
def counter_page(counter_id: int) -> Response:
    get_counter("counter.view", counter_id)
    assert current_app.static_folder is not None
    return send_from_directory(current_app.static_folder, "counter/counter.html", etag=False)
