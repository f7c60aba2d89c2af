"""Networks from YAML (`convcalc.network.load`) and from one line (`convcalc.network.chain`).

Nothing is imported here, so that only commands that read YAML import YAML.
"""
