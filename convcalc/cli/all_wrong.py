"""Everything that is wrong with the values on a command line, where click tells the first thing only."""

from __future__ import annotations

import click
from click.core import iter_params_for_processing

from convcalc.errors import ConvcalcError, UsageError


def all_wrong(
    command: click.Command, ctx: click.Context, words: list[str], first: Exception
) -> Exception:
    """The error about all wrong values; the first one as it is where it is the only one.

    Args:
        command, ctx: the command that is called.
        words: its command line.
        first: what was found to be wrong with it.
    """
    given, rest, order = command.make_parser(ctx).parse_args(args=list(words))
    found: dict[str, None] = {}
    is_missing = False
    for param in iter_params_for_processing(order, command.get_params(ctx)):
        try:
            _, rest = param.handle_parse_result(ctx, given, rest)
        except KeyError:
            continue  # it depends on another one, which is wrong
        except click.BadParameter as error:
            if isinstance(error, click.MissingParameter):
                if is_missing:
                    continue  # the first one has an example with all of them
                is_missing = True
            from convcalc.cli.usage import is_answer, what_is_wrong

            error.ctx = error.ctx or ctx
            said = what_is_wrong(error)
            if is_answer(said):
                return first
            found[said] = None
        except ConvcalcError as error:
            found[str(error)] = None
    return UsageError("\n".join(found)) if len(found) > 1 else first
