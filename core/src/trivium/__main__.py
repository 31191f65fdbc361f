"""`python -m trivium` is the `trivium` program."""

from trivium.cli import main

main()
