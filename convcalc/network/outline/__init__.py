"""The outline of a network: its blocks, repeats and paths, as a person would write them down.

A `Network` is flat: nodes in order, each with the places that it reads. A writer of network files or of code
wants the opposite, and gets it from `outline_of` in `convcalc.network.outline.find`:

    outline = outline_of(network, describe)

``describe(node)`` says how a node is called in the language that is written: a `Call`, which is a word and
arguments. Nodes with the same word can become one layer of a block; arguments that differ between the uses
of the block become its parameters. The outline knows nothing else of the language.

What comes back (`convcalc.network.outline.parts`):

    Outline(blocks, parts)        blocks in an order in which each follows those that it uses
    Block(name, parameters, parts, defaults)
    parts, one after the other, each reading what the one before it gives:
        Layer(call, name, place)          a layer
        Join(call, name, place, paths)    a layer that reads several paths; an empty path is the identity
        From(place)                       go on from another node, or from an input (a negative place)
        Section(name, parts)              parts under a name
        Use(block, values, name, places)  a block, with a value for each of its parameters
        Repeat(turns)                     the same parts several times; the turns differ in names alone

- A value of an argument, or of a parameter in a use, is plain, or a `Scaled` parameter of the block in which it
  stands: ``Scaled("width", 4)`` is 4 · width, ``Scaled("kernel", 1, 2)`` is kernel // 2.
- ``place`` is the number of the node in ``network.nodes``. In a block it is that of the node in the first use.
  ``Use.places`` are the nodes of a use, in the order of the layers in its block.
- ``name`` is the node's name less those of the sections and uses around it; empty where any name will do, as in
  blocks that are found by repeated patterns where the names of layers are flat.
- A block reads one place and gives one: nothing in it goes on `From` a node outside, and nothing outside reads
  a node in it but the last.
- What is referred to (`From`, ``network.outputs``, options that name layers, shared weights) is found by place.
"""
