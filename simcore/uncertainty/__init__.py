"""Parameters as distributions, and joint draws of all of them."""
