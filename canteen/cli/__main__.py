"""`python -m canteen.cli`: the `canteen` command where its script is not on the path."""

from canteen.cli import main

main(prog_name="canteen")
