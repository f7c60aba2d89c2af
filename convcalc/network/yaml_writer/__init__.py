"""A network as a network file: `convcalc.network.yaml_writer.write`.

``write`` puts the file together, ``layers`` its lists of layers, ``names`` says which layers need a name there,
and ``scalars`` puts in quotes what could be mistaken.
"""
