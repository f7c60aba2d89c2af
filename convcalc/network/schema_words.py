"""What the keys of a network file mean, in a few words, for editors; and how its schema is found."""

SCHEMA_FILE = "convcalc.schema.json"  # beside the file, so that nothing is fetched; `convcalc schema -o` writes it
SCHEMA_LINE = f"# yaml-language-server: $schema={SCHEMA_FILE}"
NO_KIND = "There is no layer kind of this name; convcalc kinds lists them all."
WITH_OPTIONS = "This kind needs options; convcalc kinds NAME shows them with an example."
KEYS = {
    "name": "What the network is called; the file's name without it.",
    "source": "Where the network comes from.",
    "input": "The shape that goes in, channels first: [3, 224, 224]; or several shapes by name.",
    "order": "Whether shapes in this file have channels first (chw) or last (hwc).",
    "axes": "In what the axes of the input are counted, such as samples; pixels without it.",
    "parameters": "Numbers that may be changed without editing, by name; $name uses one.",
    "blocks": "Layers that come more than once, by name, with parameters of their own.",
    "layers": "The layers in order; each reads the one before it.",
    "outputs": "The names of the outputs; without it they are what no layer reads.",
    "expect": 'Numbers that the network must have, or limits such as "<= 5M"; convcalc check compares them.',
    "extends": "Another network file, of which this one changes what it says itself.",
    "notes": "Sentences for whoever reads the numbers of this network.",
}
EXAMPLES = {  # of keys whose form is not plain from what they mean
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
    "name": "What it is called.",
    "layers": "The layers in it.",
    "repeat": "How many times they come, or values for each time, by name.",
    "when": "A condition; without it they are always there.",
    "weights": "The name of a layer or block whose weights it uses.",
    "from": "The name of a layer: what follows reads that one.",
    "network": "Another network in this place: a file or a bundled name.",
}
NETWORK = {
    "file": "The file, or the name of a bundled network.",
    "name": "What it is called here.",
    "until": "The last of its layers that is taken.",
    "parameters": "Its parameters, with other values.",
    "inputs": "Which layer each of its inputs reads.",
    "weights": "The name of a network whose weights it uses.",
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
