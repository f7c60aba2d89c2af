"""Lines of PyTorch and Keras with Python's meaning: counted modules, values of names, changes.

Each text was once silently misread. Numbers next to PyTorch code are from torch 2.13.
"""

from __future__ import annotations

import pytest

from convcalc.network.notations import network_of, read
from test_notations import forward, layers, outputs, refusal

RGB = (3, 32, 32)


def notes(text: str) -> list[str]:
    """The notes on a network that was read."""
    return network_of(text, RGB)[0].walk().notes


def params(text: str, shape: tuple[int, ...] = RGB) -> int:
    """The parameters of a network."""
    total: int = network_of(text, shape)[0].walk().totals["params"]
    return total


# ---------------------------------------------------------------------- what a PyTorch model counts

CONV = "self.c = nn.Conv2d(3, 6, 5)"
NOT_COUNTED = (
    "uses a layer that the model does not count, because it is in a plain list or outside of the model; "
    "put it into an nn.ModuleList, or name it self.…"
)


def test_a_layer_that_forward_does_not_use_is_told() -> None:
    made = f"{CONV}; self.d = nn.Conv2d(6, 6, 5); self.e = nn.Sequential(nn.ReLU(), nn.BatchNorm2d(3)); self.r = nn.ReLU()"
    text = forward("return self.c(x)", made)
    assert notes(text) == [
        "forward() does not use d, e.1, so their parameters are not counted here; PyTorch counts them"
    ]
    assert params(text) == 456  # torch: 456 + 906 + 6


def test_of_many_layers_that_are_not_used_the_first_are_named() -> None:
    made = "; ".join(f"self.c{n} = nn.Conv2d(3, 6, 5)" for n in range(8))
    (note,) = notes(forward("return self.c7(x)", made))
    assert note.startswith("forward() does not use c0, c1, c2, c3, c4 …, so their")


@pytest.mark.parametrize(
    ("made", "body", "where"),
    [
        ("self.l = [nn.Conv2d(3, 6, 5), nn.ReLU()]", "for a in self.l:;     x = a(x); return x", "line 6: a(x)"),
        ("self.l = []; self.l.append(nn.Conv2d(3, 6, 5))", "return self.l[0](x)", "line 5: self.l[0](x)"),
        ("self.l = {'a': nn.Conv2d(3, 6, 5)}", "return self.l['a'](x)", "line 5: self.l['a'](x)"),
    ],
)  # fmt: skip
def test_layers_that_pytorch_does_not_register_are_refused(
    made: str, body: str, where: str
) -> None:
    assert refusal(forward(body, made)) == f"{where}: {NOT_COUNTED}"


def test_a_layer_of_the_lines_around_the_class_is_refused() -> None:
    text = f"conv = nn.Conv2d(3, 6, 5)\n{forward('return conv(x)', 'self.r = nn.ReLU()')}"
    assert refusal(text) == f"line 6: conv(x): {NOT_COUNTED}"


@pytest.mark.parametrize(
    "made",
    [
        "l = [nn.Conv2d(3, 6, 5), nn.ReLU()]; self.m = nn.Sequential(*l)",
        "self.l = [nn.Conv2d(3, 6, 5), nn.ReLU()]; self.m = nn.Sequential(*self.l)",
        "self.m = nn.ModuleDict({'a': nn.Sequential(nn.Conv2d(3, 6, 5), nn.ReLU())})['a']",
        "self.add_module('m', nn.Sequential(nn.Conv2d(3, 6, 5), nn.ReLU()))",
    ],
)
def test_layers_that_pytorch_registers_are_counted(made: str) -> None:
    text = forward("return self.m(x)", made)
    assert (params(text), notes(text)) == (456, [])


def test_a_flatten_that_forward_lacks_is_told() -> None:
    text = forward("return self.fc(self.c(x))")
    assert read(text).notes == [
        "a flatten is put before nn.Linear(4704, 10), which the code does not have"
    ]
    assert read(forward("return self.fc(torch.flatten(self.c(x), 1))")).notes == []


AROUND = {
    "nn.utils.spectral_norm(nn.Conv2d(3, 8, 3))": "spectral_norm is not read; write only the layer, which has as many parameters",
    "nn.utils.parametrizations.weight_norm(nn.Conv2d(3, 8, 3))": "weight_norm is not read, because it adds a parameter for "
    "each filter or unit; write only the layer, or a YAML file",
}  # fmt: skip


@pytest.mark.parametrize("text", AROUND)
def test_what_is_put_around_a_layer_is_named(text: str) -> None:
    assert refusal(f"m = nn.Sequential({text})") == f"{text}: {AROUND[text]}"


# ---------------------------------------------------------------------------- what is changed in place

IN_PLACE = "changes its input in place; write x = in front of it"


@pytest.mark.parametrize(
    ("module", "body", "where"),
    [
        ("nn.ReLU(inplace=True)", "x = self.c(x); self.r(x); return x", "line 6: self.r(x)"),
        ("nn.ReLU(True)", "x = self.c(x); y = self.r(x); return x", "line 6: self.r(x)"),
        ("nn.ReLU(inplace=flag)", "x = self.c(x); self.r(x); return x", "line 6: self.r(x)"),
        ("nn.Dropout(0.5, True)", "x = self.c(x); self.r(x); return x.tanh()", "line 6: self.r(x)"),
        ("nn.Sequential(nn.ReLU(True), nn.Tanh())", "x = self.c(x); self.r(x); return x", "line 6: self.r(x)"),
        ("nn.Tanh()", "x = self.c(x); x.relu_(); return x", "line 6: x.relu_()"),
        ("nn.Tanh()", "x = self.c(x); F.relu(x, True); return self.r(x)", "line 6: F.relu(x, True)"),
        ("nn.Tanh()", "x = self.c(x); y = F.relu_(x); F.relu_(x); return y.tanh()", ""),
    ],
)  # fmt: skip
def test_what_is_written_over_in_place_is_not_used_again(
    module: str, body: str, where: str
) -> None:
    text = forward(body, f"{CONV}; self.r = {module}")
    if where:
        assert refusal(text) == f"{where}: {IN_PLACE}"
    else:
        assert outputs(text) == [(6, 28, 28)] * 3


@pytest.mark.parametrize(
    ("module", "body", "kinds"),
    [
        ("nn.ReLU()", "x = self.c(x); self.r(x); return x", ["conv"]),  # nothing happens to x
        ("nn.ReLU(inplace=False)", "x = self.c(x); self.r(x); return x", ["conv"]),
        ("nn.ReLU(True)", "x = self.r(self.c(x)); return x", ["conv", "relu"]),
        ("nn.ReLU(True)", "x = self.c(x); x = x.relu_(); return x", ["conv", "relu"]),
    ],
)
def test_a_result_that_nothing_takes_is_left_out(module: str, body: str, kinds: list[str]) -> None:
    text = forward(body, f"{CONV}; self.r = {module}")
    assert [item.partition(":")[0] for item in layers(text)] == kinds


# ------------------------------------------------------------------------------- which value a name has

# Each gives the layers of "conv3-8 pad 1".
NAMES = {
    "a dictionary of another": "base = dict(kernel_size=3, stride=2)\nkw = dict(base, padding=1, stride=1)\nm = nn.Sequential(nn.Conv2d(3, 8, **kw))",
    "a dictionary of pairs": "kw = dict([('kernel_size', 3)], padding=1)\nm = nn.Sequential(nn.Conv2d(3, 8, **kw))",
    "a dictionary with stars": "base = {'kernel_size': 3}\nkw = dict(**base, padding=1)\nm = nn.Sequential(nn.Conv2d(3, 8, **kw))",
    "a dictionary written with stars": "base = {'kernel_size': 3}\nm = nn.Sequential(nn.Conv2d(3, 8, **{**base, 'padding': 1}))",
    "a dictionary that is changed": "kw = {'kernel_size': 5}\nold = kw.copy()\nkw.update(kernel_size=3)\nkw.update({'padding': 1})\n"
    "m = nn.Sequential(nn.Conv2d(old.get('n', 3), 8, kw.get('kernel_size'), padding=kw['padding']))",
    "global": "n = 4\ndef f():\n    global n\n    n = 8\nf()\nm = nn.Sequential(nn.Conv2d(3, n, 3, padding=1))",
    "a global that is added to": "n = 4\ndef f():\n    global n\n    n += 4\nf()\nm = nn.Sequential(nn.Conv2d(3, n, 3, padding=1))",
    "a global that is made": "def f():\n    global m\n    m = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1))\nf()",
    "a global function": "def f():\n    global g\n    def g():\n        return 8\nf()\nm = nn.Sequential(nn.Conv2d(3, g(), 3, padding=1))",
    "global outside": "global n\nn = 8\nm = nn.Sequential(nn.Conv2d(3, n, 3, padding=1))",
    "nonlocal": "def make():\n    n = 4\n    def f():\n        nonlocal n\n        n = 8\n    f()\n"
    "    return nn.Sequential(nn.Conv2d(3, n, 3, padding=1))\nm = make()",
    "a local of the same name": "n = 8\ndef f():\n    n = 4\n    return n\nf()\nm = nn.Sequential(nn.Conv2d(3, n, 3, padding=1))",
    "a default": "n = 8\ndef f(k=n):\n    return nn.Conv2d(3, k, 3, padding=1)\nn = 9\nm = nn.Sequential(f())",
    "a default by name": "n = 8\ndef f(*, k=n):\n    return nn.Conv2d(3, k, 3, padding=1)\nn = 9\nm = nn.Sequential(f())",
    "a default that all calls share": "def f(l=[3]):\n    l.append(8)\n    return l\nf()\nm = nn.Sequential(nn.Conv2d(*f()[:2], 3, padding=1))",
    "a default of a method": "n = 8\nclass B(nn.Module):\n    def __init__(self, k=n):\n        super().__init__()\n"
    "        self.c = nn.Conv2d(3, k, 3, padding=1)\n    def forward(self, x):\n        return self.c(x)\nn = 9\nm = B()",
    "a default of forward": "n = 8\nclass B(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    "        self.c = nn.Conv2d(3, n, 3, padding=1)\n    def forward(self, x, on=True):\n        return self.c(x) if on else x\nm = nn.Sequential(B())",
    "what decides": "def f(x):\n    return x.is_cuda and 0 or 8\nm = nn.Sequential(nn.Conv2d(3, 8 if not (on and False) else 9, 3, padding=1))",
}  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_name_has_the_value_that_python_gives_it(name: str) -> None:
    assert layers(NAMES[name]) == layers("conv3-8 pad 1")


NAMES_REFUSED = {
    "kw = dict(3, k=4)\nm = nn.Sequential(nn.Conv2d(3, 8, 3))": "line 1: dict(3, k=4): is not read; write each layer on its own line",
    "def f(n, k=3):\n    return nn.Conv2d(3, n, k)\nm = nn.Sequential(f(8, n=9))": "line 3: f(8, n=9): n is given twice; keep one",
    "def f():\n    nonlocal n\n    n = 8\nf()\nm = nn.Sequential(nn.Conv2d(3, 8, 3))": "line 2: nonlocal n: no function around this one "
    "has 'n'; leave it out",
    "n = 1\ndef f():\n    nonlocal n\n    n = 8\nf()\nm = nn.Sequential(nn.Conv2d(3, 8, 3))": "line 3: nonlocal n: no function around this "
    "one has 'n'; leave it out",
    "def f(c=nn.Conv2d(3, 3, 1)):\n    return c\nm = nn.Sequential(f(), f())": "m: uses m.0 a second time, so its weights count only once; "
    "write a YAML file",  # a default is created once
    "m = nn.Sequential(nn.Conv2d(3, 8, 3 if (a and True) else 5))": "nn.Conv2d(3, 8, 3 if a and True else 5): kernel_size: "
    "'3 if a and True else 5' depends on something that is not known; write its value",
}  # fmt: skip


@pytest.mark.parametrize("text", NAMES_REFUSED)
def test_a_name_without_a_known_value_is_refused(text: str) -> None:
    assert refusal(text) == NAMES_REFUSED[text]


# --------------------------------------------------------------------------- unknown sizes

PRODUCT = """
    def values(self, x):
        size = x.size()[1:]
        number = 1
        for each in size:
            number *= each
        return number
"""


@pytest.mark.parametrize(
    "body",
    [
        "x = self.c(x); x = x.view(-1, self.values(x)); return self.fc(x)",
        "x = self.c(x); x = x.reshape(x.shape[0], x.shape[1] * x.shape[2] * x.shape[3]); return self.fc(x)",
        "x = self.c(x); b, c, h, w = x.shape; x = x.view(b, c * h * w); return self.fc(x)",
        "x = self.c(x); x = x.view(x.size(0), 1 * x.size(1) * x.size(2) * x.size(3)); return self.fc(x)",
        "x = self.c(x); x = x.view(-1, np.prod(x.shape[1:])); return self.fc(x)",
    ],
)
def test_a_view_of_all_sizes_but_the_batch_flattens(body: str) -> None:
    assert layers(forward(body) + PRODUCT) == layers("conv5-6, flatten, fc-10")


VIEW = "is read only where it flattens, as in x.view(-1, 400); write torch.flatten(x, 1)"


@pytest.mark.parametrize(
    "view",
    [
        "x.view(-1, x.shape[1])",
        "x.view(-1, x.shape[1] * x.shape[2])",
        "x.view(-1, x.shape[1] * x.shape[1] * x.shape[3])",
        "x.view(-1, 2 * x.shape[1] * x.shape[2] * x.shape[3])",
        "x.view(-1, x.size(-1))",
        "x.view(-1, np.prod(x.shape))",
        "x.view(-1, x.shape[1] + x.shape[2])",
        "x.view(x.shape[0], x.shape[1], -1)",
        "x.view(2, 6, 784)",
    ],
)
def test_a_view_of_some_sizes_is_refused(view: str) -> None:
    text = forward(f"x = self.c(x); x = {view}; return x")
    assert refusal(text) == f"line 6: {view}: {VIEW}"


def test_the_sizes_of_a_volume_are_one_more() -> None:
    text = forward(
        "x = self.c(x); return x.view(-1, x.shape[1] * x.shape[2] * x.shape[3])",
        "self.c = nn.Conv3d(1, 2, 3)",
    )
    assert VIEW in refusal(text)


def test_a_view_of_another_shape_is_a_reshape() -> None:
    made = "self.t = nn.ConvTranspose2d(100, 8, 4); self.n = 100"
    text = forward("return self.t(x.view(-1, self.n, 1, 1))", made)
    assert [step.output for step in network_of(text, (100,))[0].walk().steps] == [
        (100, 1, 1),
        (8, 4, 4),
    ]
    text = forward("x = x.view(x.size(0), 6, 784); return x", "self.n = 1")
    assert "reshape" in refusal(text)  # 3072 values are not 6x784


# ------------------------------------------------------------------------- further code in real classes

# Each gives the layers of "conv3-8, relu".
CLASSES = {
    "a static method": "class A(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.m = A.make(8)\n"
    "    @staticmethod\n    def make(n):\n        return nn.Sequential(nn.Conv2d(3, n, 3), nn.ReLU())\n    def forward(self, x):\n        return self.m(x)",
    "a static method of self": "class A(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.m = self.make(8)\n"
    "    @staticmethod\n    def make(n):\n        return nn.Sequential(nn.Conv2d(3, n, 3), nn.ReLU())\n    def forward(self, x):\n        return self.m(x)",
    "items": "class A(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.d = nn.ModuleDict({'a': nn.Conv2d(3, 8, 3), 'b': nn.ReLU()})\n"
    "    def forward(self, x):\n        for name, each in self.d.items():\n            x = each(x)\n        return x",
    "values and keys": "class A(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.d = nn.ModuleDict({'a': nn.Conv2d(3, 8, 3)})\n"
    "        self.e = nn.ModuleDict({'b': nn.ReLU()})\n    def forward(self, x):\n        for each in self.d.values():\n            x = each(x)\n"
    "        for key in self.e.keys():\n            x = self.e[key](x)\n        return x",
    "two devices": "class A(nn.Module):\n    def __init__(self, gpus=1):\n        super().__init__()\n        self.gpus = gpus\n"
    "        self.m = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU())\n    def forward(self, x):\n        if x.is_cuda and self.gpus > 1:\n"
    "            return nn.parallel.data_parallel(self.m, x)\n        return self.m(x)",
    "weights that are set": "class A(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.m = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU())\n"
    "        for m in self.modules():\n            if isinstance(m, nn.Conv2d):\n                n = m.kernel_size[0]\n"
    "                m.weight.data.normal_(0, n)\n                nn.init.zeros_(m.bias)\n            else:\n                pass\n"
    "                print(m)\n                for p in m.parameters():\n                    torch.nn.init.constant(p, 0)\n"
    "    def forward(self, x):\n        return self.m(x)",
}  # fmt: skip


@pytest.mark.parametrize("name", CLASSES)
def test_what_real_classes_have_is_followed(name: str) -> None:
    assert layers(CLASSES[name]) == layers("conv3-8, relu")


@pytest.mark.parametrize(
    "line",
    [
        "p.requires_grad = False",
        "p.requires_grad_(False)",
        "m.add_module('a', p)",
        "self.n = 3",
        "while p: pass",
    ],
)
def test_a_loop_over_a_model_that_may_change_it_is_refused(line: str) -> None:
    text = f"m = nn.Sequential(nn.ReLU())\nfor p in m.parameters():\n    {line}"
    assert refusal(text) == (
        "line 2: m.parameters(): 'for' is not read; write each layer on its own line"
    )


def test_a_model_that_an_old_pytorch_printed_is_read() -> None:
    text = "Net (\n  (c): Conv2d(3, 8, kernel_size=(3, 3), stride=(1, 1))\n  (r): LeakyReLU (0.2, inplace)\n)"
    assert outputs(text) == [(8, 30, 30), (8, 30, 30)]
    assert layers(text)[1] == "leaky_relu: {negative_slope: 0.2}"


# ------------------------------------------------------------------------------------------------ Keras

CHANGED = "is changed, which is not read; make it with its final values"
CHANGES = {
    "m.layers[-1].filters = 16": f"line 2: m.layers[-1].filters: {CHANGED}",
    "m.layers[0].strides += 1": f"line 2: m.layers[0].strides: {CHANGED}",
    "last = m.layers[-1]\nlast.filters = 16": f"line 3: last.filters: {CHANGED}",
    "m.layers[-1].cell.filters = 16": f"line 2: m.layers[-1].cell.filters: {CHANGED}",
    "m.filters = 16": f"line 2: m.filters: {CHANGED}",
    "m.layers[-1](3)": "line 2: m.layers[-1](3): is not read; leave it out",
}


@pytest.mark.parametrize("line", CHANGES)
def test_a_change_of_a_layer_is_refused(line: str) -> None:
    assert refusal(f"m = Sequential([layers.Conv2D(8, 3)])\n{line}") == CHANGES[line]


def test_what_is_no_part_of_a_model_may_be_changed() -> None:
    text = "o = keras.optimizers.SGD()\no.lr = 3\no.a[0].b = 3\nm = Sequential([layers.Conv2D(8, 3)])\nm.optimizer.lr = 1"
    assert layers(text) == layers("conv3-8")


@pytest.mark.parametrize(
    ("before", "activation", "plain"),
    [
        ("relu = 'tanh'", "relu", ["tanh"]),
        ("act = 'relu'", "act", ["relu"]),
        ("act = None", "act", []),
        ("act = 'linear'", "act", []),
        ("act = layers.ReLU(max_value=6)", "act", ["relu6"]),
        ("act = keras.activations.gelu", "act", ["gelu"]),
        ("from keras.activations import relu", "relu", ["relu"]),
        ("def act():\n    return 'elu'", "act()", ["elu"]),
        ("", "layers.LeakyReLU(0.2)", ["leaky_relu:0.2"]),
        ("", "tf.nn.relu6", ["relu6"]),
        ("", "relu", ["relu"]),
        ("", "'re' + 'lu'", ["relu"]),
    ],
)
def test_an_activation_is_what_its_name_stands_for(
    before: str, activation: str, plain: list[str]
) -> None:
    text = f"{before}\nm = Sequential([layers.Conv2D(8, 3, activation={activation})])"
    assert layers(text) == layers("conv:k3c8 " + " ".join(plain))


def test_an_activation_may_be_an_argument_of_a_function() -> None:
    text = "def f(n, act='relu'):\n    return layers.Conv2D(n, 3, activation=act)\nm = Sequential([f(8), f(8, act='elu'), f(8, None)])"
    assert layers(text) == layers("conv3-8, relu, conv3-8, elu, conv3-8")


ACTIVATIONS_REFUSED = {
    "relu = 5\nlayers.Conv2D(8, 3, activation=relu)": "'relu'",
    "def relu(x):\n    return x * 0\nlayers.Conv2D(8, 3, activation=relu)": "'relu'",
    "act = choose()\nlayers.Conv2D(8, 3, activation=act)": "'act'",
    "act = layers.Dense(3)\nlayers.Conv2D(8, 3, activation=act)": "'act'",
    "n = 1\nlayers.Conv2D(8, 3, activation=lambda x: x)": "'lambda x: x'",
}


@pytest.mark.parametrize("text", ACTIVATIONS_REFUSED)
def test_an_activation_that_is_not_known_is_refused(text: str) -> None:
    what = f"activation: {ACTIVATIONS_REFUSED[text]} is not an activation that is read; write its name, such as 'relu'"
    assert refusal(text).endswith(what)


INPUT = "i = Input((32, 32, 3))\nx = layers.Conv2D(8, 3)(i)\n"


def test_a_function_of_keras_is_read_with_its_arguments() -> None:
    text = f"{INPUT}x = keras.activations.relu(x, max_value=6.0)\nx = tf.nn.leaky_relu(x, 0.3)\nx = keras.activations.relu(x)"
    assert layers(text, None) == layers("conv:k3c8 relu6 leaky_relu:0.3 relu")
    assert refusal(f"{INPUT}x = keras.activations.gelu(x, True)", None) == (
        "line 3: keras.activations.gelu(x, True): is read with its input only; leave the other arguments out"
    )


@pytest.mark.parametrize("meaning", ["5", "choose()"])
def test_the_name_of_a_layer_with_another_meaning_is_refused(meaning: str) -> None:
    assert refusal(f"Conv2D = {meaning}\nm = Sequential([Conv2D(8, 3)])") == (
        "line 2: Conv2D(8, 3): Conv2D gets another meaning, which is not read; write each layer on its own line"
    )


def test_a_convolution_may_have_the_arguments_of_keras_1() -> None:
    text = "model.add(Convolution2D(8, 3, 3))"
    assert refusal(text) == (
        "Convolution2D(8, 3, 3): the third argument is the columns of the kernel in Keras 1, and the stride today; "
        "write kernel_size=(3, 3), or strides=3"
    )
    assert outputs("model.add(Convolution2D(8, (3, 3)))") == [(8, 30, 30)]


OTHERS = {
    "from mylib import Conv2d\nnn.Sequential(Conv2d(3, 8, 3))": "Conv2d is of mylib, which convcalc does not know",
    "from .layers import Conv2d, ReLU\nnn.Sequential(Conv2d(3, 8, 3))": "Conv2d is of .layers, which convcalc does not know",
    "import mylib.layers as nn\nnn.Sequential(nn.Conv2d(3, 8, 3))": "nn is mylib.layers, which convcalc does not know",
    "from mylib.keras import Conv2D\nSequential([Conv2D(8, 3)])": "Conv2D is of mylib.keras, which convcalc does not know",
}


@pytest.mark.parametrize("text", OTHERS)
def test_layers_of_other_packages_are_not_taken_for_the_frameworks(text: str) -> None:
    assert f"{OTHERS[text]}; write the framework's own layers" in refusal(text)


@pytest.mark.parametrize(
    "text",
    [
        "from torch.nn import Conv2d\nfrom mylib import Trainer\nimport numpy as np\nnn.Sequential(Conv2d(3, 8, 3))",
        "import torch.nn as nn\nimport mylib\nnn.Sequential(nn.Conv2d(3, 8, 3))",
        "from tensorflow.keras.layers import Conv2D\nSequential([Conv2D(8, 3)])",
    ],
)
def test_layers_of_the_framework_are_read_beside_other_imports(text: str) -> None:
    assert len(read(text, 2).layers) == 1


PARTIALS = {
    "from functools import partial\nk = 3\nconv = partial(nn.Conv2d, kernel_size=k, padding=1)\nk = 7\n"
    "nn.Sequential(conv(3, 8), conv(8, 4, stride=2, kernel_size=5))": [(8, 32, 32), (4, 15, 15)],
    "import functools as f\nconv = f.partial(nn.Conv2d, 3)\ndown = f.partial(conv, 8, kernel_size=3)\n"
    "nn.Sequential(down(stride=2), nn.ReLU())": [(8, 15, 15), (8, 15, 15)],
    "from torch.nn import Conv2d, Sequential\nfrom functools import partial as p\nConv2d = p(Conv2d, kernel_size=3)\n"
    "Sequential(Conv2d(3, 8), Conv2d(8, 4))": [(8, 30, 30), (4, 28, 28)],
    "def block(i, o, k): return nn.Sequential(nn.Conv2d(i, o, k), nn.ReLU())\nsmall = partial(block, k=(3, 1))\n"
    "nn.Sequential(small(3, 8))": [(8, 30, 32), (8, 30, 32)],
    "act = partial(nn.LeakyReLU, 0.1)\nnn.Sequential(nn.Conv2d(3, 8, 3), act())": [(8, 30, 30), (8, 30, 30)],
    "Conv = partial(layers.Conv2D, kernel_size=3, padding='same')\nSequential([Conv(8), Conv(4, strides=2)])": [
        (8, 32, 32),
        (4, 16, 16),
    ],
}  # fmt: skip


@pytest.mark.parametrize("text", PARTIALS)
def test_calls_that_are_made_in_parts(text: str) -> None:
    assert outputs(text) == PARTIALS[text]


def test_a_partial_is_no_layer_and_does_not_grow_without_end() -> None:
    assert refusal("nn.Sequential(partial(nn.Conv2d, 3, 8, 3), nn.ReLU())") == (
        "partial(nn.Conv2d, 3, 8, 3): is not a layer; write for example nn.Conv2d(3, 6, 5)"
    )
    long = refusal("p = partial(nn.Conv2d)\nfor i in range(200):\n    p = partial(p, 3)\np()")
    assert long.endswith("…: gives more than 100 arguments; leave some out")
    assert refusal("p = partial(nn.Conv2d, *args)\np(3, 8)") == (
        "line 2: nn.Conv2d(*args, 3, 8): in_channels: '*args' is not a plain number; write the number"
    )
