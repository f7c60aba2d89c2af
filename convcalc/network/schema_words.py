"""Short descriptions of the keys of a network file, for editors; and how its schema is found."""

SCHEMA_FILE = (
    "convcalc.schema.json"  # next to the file, no download; `convcalc schema -o` writes it
)
SCHEMA_LINE = f"# yaml-language-server: $schema={SCHEMA_FILE}"
NO_KIND = "There is no layer kind of this name; convcalc kinds lists them all."
WITH_OPTIONS = "This kind needs options; convcalc kinds NAME shows them with an example."
KEYS = {
    "name": "The name of the network; the file's name without it.",
    "source": "Where the network comes from.",
    "input": "The input shape, channels first: [3, 224, 224]; or several shapes by name.",
    "order": "Whether shapes in this file have channels first (chw) or last (hwc).",
    "axes": "The unit along the axes of the input, such as samples; pixels without it.",
    "parameters": "Numbers that can be changed without editing, by name; $name uses one.",
    "blocks": "Layers that come more than once, by name, with their own parameters.",
    "layers": "The layers in order; each reads the one before it.",
    "outputs": "The names of the outputs; without it, the layers that no other layer reads.",
    "expect": 'Numbers that the network must have, or limits such as "<= 5M"; convcalc check compares them.',
    "extends": "Another network file; this file changes only the keys that it has itself.",
    "notes": "Sentences for readers of this network's numbers.",
}
EXAMPLES = {  # for keys whose form is not obvious from the description
    "input": [[3, 224, 224], "3x32x32", {"image": [3, 64, 64], "mask": [1, 64, 64]}],
    "axes": ["samples", ["frames", "pixels", "pixels"]],
    "parameters": [{"classes": 10, "width": 1}],
    "blocks": [
        {"unit": {"parameters": ["width"], "layers": [{"linear": {"out_features": "$width"}}]}}
    ],
    "layers": [[{"conv": {"out_channels": 8, "kernel_size": 3, "padding": 1}}, "relu"]],
    "outputs": [["fc8"], {"small": "p3", "large": "p5"}],
    "expect": [{"params": 61706, "macs": "<= 5M"}],
    "extends": ["resnet50"],
}
ITEMS = {
    "name": "Its name.",
    "layers": "The layers in it.",
    "repeat": "How many times they are repeated, or values for each time, by name.",
    "when": "A condition; without it they are always there.",
    "weights": "The name of a layer or block that shares its weights.",
    "from": "The name of a layer: the next layer reads it.",
    "network": "Another network in this place: a file or a bundled name.",
}
NETWORK = {
    "file": "The file, or the name of a bundled network.",
    "name": "Its name here.",
    "until": "The last of its layers that is taken.",
    "parameters": "Its parameters, with other values.",
    "inputs": "Which layer each of its inputs reads.",
    "weights": "The name of a network that shares its weights.",
}
EXPECTED = {
    "params": "Trained numbers.",
    "macs": "Multiply-adds.",
    "flops": "Operations: two for a multiply-add.",
    "buffers": "Stored numbers that are not trained.",
    "layers": "Number of layers.",
    "memory": "Bytes to run it.",
    "rf_size": "Receptive field of the output, or of rf_at.",
    "rf_at": "The layer that rf_size is about.",
    "source": "Where these numbers are from.",
}
