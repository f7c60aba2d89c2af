"""The question types by module, each with a few words on what it asks for.

Code that only needs the names, such as shell completion, imports no type; a type is imported without the others.
"""

from __future__ import annotations

TYPES = {
    "size": {
        "output-size": "output size",
        "dilated-size": "output size with a dilated kernel",
        "fit": "does the window fit, and what is the output size",
        "pad-to-keep": "padding that keeps the size",
        "same-size": 'output size with "same" padding',
        "same-padding": 'zeros that "same" padding adds',
        "transposed-size": "output size of a transposed convolution",
    },
    "volumes": {
        "volume": "output volume",
        "pool-volume": "volume after a pool",
        "padded-volume": "volume after padding",
    },
    "params": {
        "params": "parameters of a convolution",
        "weights-per-neuron": "weights of one neuron",
        "params-fc": "parameters of a fully connected layer",
        "params-bn": "parameters of a batch normalisation",
        "params-depthwise": "parameters of a depthwise convolution",
        "params-separable": "parameters of a depthwise separable convolution",
        "params-transposed": "parameters of a transposed convolution",
        "params-pool": "parameters of a pool",
    },
    "plain": {
        "choice": "multiple choice",
        "true-false": "true or false",
        "text": "a few sentences, marked by a person",
    },
    "rf": {
        "receptive-field": "receptive field",
        "receptive-field-net": "receptive field in a network",
        "layers-for-rf": "layers until a receptive field is reached",
    },
    "cost": {
        "macs": "operations of a convolution",
        "ops": "multiplications and additions of a convolution",
        "multiplications": "multiplications of a convolution",
        "macs-transposed": "operations of a transposed convolution",
        "savings-separable": "savings of a depthwise separable convolution",
        "savings-bottleneck": "savings of a 1×1 squeeze",
        "memory": "memory of volumes or weights",
    },
    "solving": {
        "solve-for": "kernel, stride and padding that give a size",
        "layers-to-reach": "layers until a size is reached",
        "shrink": "what is left after some layers without padding",
        "fraction": "share of the values that a pool removes",
        "fc-to-conv": "a fully connected layer as a convolution",
        "toeplitz": "a 1-D convolution as a matrix",
        "compose": "one kernel instead of several in a row",
        "min-input": "smallest input of a chain",
    },
    "table": {
        "arch-table": "table of a network",
        "chain": "volumes along a chain",
        "flatten": "values after flattening",
        "params-model": "total of a network",
        "share": "share of the fully connected layers",
        "compare": "several designs compared",
    },
    "counts": {
        "neurons": "neurons of a convolution",
        "connections": "connections of a layer",
        "no-sharing": "parameters without weight sharing",
        "lenet-c3": "parameters of LeNet-5's C3",
        "im2col": "matrices of an im2col convolution",
        "stacks": "several small kernels compared with a large one",
        "scaling": "growth of the operations when something is multiplied",
    },
    "hand": {
        "conv-by-hand": "convolution by hand",
        "conv-1d": "1-D convolution by hand",
        "conv-3d-by-hand": "3-D convolution by hand",
        "pool-by-hand": "pool by hand",
        "pipeline": "convolution, ReLU and pool by hand",
        "transposed-by-hand": "transposed convolution by hand",
    },
    "gradients": {
        "gradient": "gradients of a convolution by hand",
        "shape-of-gradient": "shape of a gradient",
        "dot-product": "one window times one kernel",
        "image-kernel": "what a kernel does to an image",
    },
    "maps": {
        "pad-by-hand": "padding by hand",
        "unpool-by-hand": "unpooling by hand",
        "upsample-by-hand": "upsampling by hand",
    },
    "normalised": {
        "softmax-by-hand": "softmax by hand",
        "batch-norm-by-hand": "batch normalisation by hand",
    },
    "designs": {
        "ratio": "ratio of two designs",
        "params-trainable": "trainable and non-trainable parameters",
        "weight-shape": "shape of a weight tensor",
        "bias-shape": "shape of a bias",
    },
    "backwards": {
        "solve-size": "input, kernel, stride, padding or dilation from a size",
        "solve-params": "kernel, channels or filters from the parameters",
    },
    "pixels": {
        "pixels-seen": "pixels that a unit sees",
    },
    "symbols": {
        "formula": "formula in symbols",
        "from-answers": "value from the answers to other questions",
    },
    "handed_in": {
        "network": "a network in a file, by rules",
    },
}
ABOUT = {name: about for types in TYPES.values() for name, about in types.items()}
