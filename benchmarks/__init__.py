"""What is measured, and how: one command each. `make bench` runs them all."""
