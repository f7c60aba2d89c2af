"""The walk of a network (shapes, costs, receptive fields), and everything computed from it."""
