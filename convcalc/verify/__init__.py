"""The claims of the formulas held against arrays that were really computed."""
