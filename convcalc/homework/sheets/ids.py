"""The ids of the questions of a sheet, read without the questions' data."""

from __future__ import annotations

from yaml.nodes import MappingNode, ScalarNode

from convcalc.network.yaml_source import read


def question_ids(path: str) -> dict[str, str]:
    """The ids of the questions in a file, each with its type; a question without an id is named by its number.

    Raises:
        UsageError, SpecError: the file cannot be read, or is not YAML.
    """
    source = read(path)
    root = source.compose()
    keys = source.mapping(root, "a sheet") if root else {}
    listed = source.sequence(keys["questions"][1], "questions") if "questions" in keys else []
    found = {}
    for number, node in enumerate(listed, start=1):
        pairs = source.mapping(node, "a question") if isinstance(node, MappingNode) else {}
        words = {key: at.value for key, (_, at) in pairs.items() if isinstance(at, ScalarNode)}
        found[words.get("id") or f"q{number}"] = words.get("type", "")
    return found
