"""The outline of a network: its blocks, repeats and paths, as a person would write them.

A `Network` is flat: nodes in order, each with the places that it reads. Writers of network files or code
need the opposite. `outline_of` in `convcalc.network.outline.find` makes it:

    outline = outline_of(network, describe)

``describe(node)`` returns how to write a node in the target language: a `Call`, which is a word and
arguments. Nodes with the same word can become one layer of a block; arguments that differ between the uses
of the block become its parameters. The outline knows nothing else about the language.

The result (`convcalc.network.outline.parts`):

    Outline(blocks, parts)        blocks, each after the blocks that it uses
    Block(name, parameters, parts, defaults)
    parts, one after the other, each reading the output of the one before it:
        Layer(call, name, place)          a layer
        Join(call, name, place, paths)    a layer that reads several paths; an empty path is the identity
        From(place)                       continue from another node, or from an input (a negative place)
        Section(name, parts)              parts under a name
        Use(block, values, name, places)  a block, with a value for each of its parameters
        Repeat(turns)                     the same parts several times; the turns differ only in names

- A value of an argument, or of a parameter in a use, is plain, or a `Scaled` parameter of the block around
  it: ``Scaled("width", 4)`` is 4 · width, ``Scaled("kernel", 1, 2)`` is kernel // 2.
- ``place`` is the number of the node in ``network.nodes``; in a block, of the node in the first use.
  ``Use.places`` are the nodes of a use, in the order of the layers in its block.
- ``name`` is the node's name without those of the sections and uses around it; empty if any name will do, as in
  blocks that are found by repeated patterns because the names of layers are flat.
- A block reads one place and has one output: nothing in it continues `From` a node outside, and nothing outside
  reads a node in it except the last.
- References (`From`, ``network.outputs``, options that name layers, shared weights) use places.
"""
