"""Networks from YAML (`convcalc.spec.load`) and from one line (`convcalc.spec.chain`).

Nothing is imported here, so that a command pays for YAML only where it reads some.
"""
