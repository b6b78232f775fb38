"""`ecommerce-pipeline doctor`: the command, and the checks of each part of the platform."""
