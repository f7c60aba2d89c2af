"""A network walked: shapes, costs and receptive fields, and what is computed from them."""
