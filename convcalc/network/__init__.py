"""Networks from YAML (`convcalc.network.load`) and from one line (`convcalc.network.chain`).

Nothing is imported here, so that a command pays for YAML only where it reads some.
"""
