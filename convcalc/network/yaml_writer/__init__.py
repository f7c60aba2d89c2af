"""A network as a network file: `convcalc.network.yaml_writer.write`.

``write`` assembles the file, ``layers`` its lists of layers, ``names`` decides which layers need a name,
and ``scalars`` quotes ambiguous texts.
"""
