"""Other names of the commands: from other tools, and from everyday language."""

from __future__ import annotations

# For each group (empty: the outermost), its commands with their other names.
_NAMES: dict[str, tuple[tuple[str, str], ...]] = {
    "": (
        ("layer", "size shape out output conv-output conv-output-size conv-size conv-out output-dim neurons volume output-volume output-size output-shape outsize calc calculate compute calculator dimension dimensions"),
        ("arch", (
            "summary summarize summarise network show model params parameters info information describe inspect architecture "
            "view open print display analyze analyse explain torchinfo torchsummary num-params count-params shapes infer-shapes infershape"
        )),
        ("count", "flops macs gflops gmacs profile ops mac flop thop ptflops fvcore calflops complexity madds"),
        ("draw net", "plot visualize visualise graph diagram netron render picture figure plot-model drawing image"),
        ("draw field", "receptive-field rf field receptive"),
        ("export", "onnx code pytorch torch keras save to-onnx torch2onnx codegen"),
        ("import", "convert load from-torch from-onnx read parse"),
        ("verify", "test prove"),
        ("init", "new create template start scaffold"),
        ("list", "ls models list-models networks list-networks zoo model-zoo bundled"),
        ("kinds", "layers layer-types list-layers operators types formula formulas docs kind"),
        ("memory", "ram vram mem footprint activations train training"),
        ("roofline", "benchmark latency speed device gpu intensity"),
        ("sweep", "grid search pareto vary scan"),
        ("budget", "fit scale shrink constraint limits"),
        ("check", "validate ci"),
        ("compare", "vs versus table side-by-side"),
        ("diff", "difference changes"),
        ("reconcile", "which convention conventions match"),
        ("solve", "inverse padding same-padding stride find choose"),
        ("hand", "by-hand worksheet conv2d-by-hand convolve manual"),
        ("kernel", "kernels filter filters convolve-image"),
        ("explore", "gui app web serve browser ui demo"),
        ("completion", "completions install-completion autocomplete"),
        ("hw", "homework exercise exercises assignment"),
        ("hw show", "quiz sheet exam"),
        ("why", "diagnose mistake wrong"),
        ("--version", "version"),
    ),
    "draw ": (
        ("fit", "layer conv pool padding conv2d"),
        ("window", "kernel stride dilation windows step steps animate animation gif hand"),
        ("field", "rf receptive-field receptive"),
        ("net", "network arch architecture graph model diagram netron"),
        ("cost", "bars params macs flops memory costs chart roofline"),
    ),
    "solve ": (
        ("size", "k s p d kernel stride padding dilation pad same window layer"),
        ("field", "rf receptive-field depth layers"),
        ("input", "inputs smallest resolution"),
        ("mirror", "decoder inverse transpose transposed deconv autoencoder"),
    ),
    "hw ": (
        ("check", "mark correct verify submit"),
        ("show", "print view display preview open cat"),
        ("show --with-answers", "answer answers solve solution solutions key"),
        ("grade", "grades mark-all score class"),
        ("make", "generate variants distribute build"),
        ("new", "init create start template scaffold"),
        ("lint", "validate test"),
        ("export", "upload convert moodle canvas gradescope"),
        ("types", "list kinds questions type"),
        ("hint", "hints explain why"),
        ("stats", "statistics report summary histogram"),
        ("conventions", "rules convention presets"),
    ),
}  # fmt: skip
# What flags of a command ask for that another command does.
FLAGS: dict[str, dict[str, str]] = {"init": dict.fromkeys(("sheet", "homework", "hw"), "hw new")}
NAMES: dict[str, dict[str, str]] = {
    prefix: {word: ours for ours, words in pairs for word in words.split()}
    for prefix, pairs in _NAMES.items()
}


def called_so(word: str, prefix: str) -> str:
    """The command of a group for another name, as it is typed after the group; empty if there is none.

    >>> called_so("receptive_field", ""), called_so("RF", "draw "), called_so("zzz", "")
    ('draw field', 'field', '')
    """
    return NAMES.get(prefix, {}).get(word.lower().replace("_", "-"), "")
