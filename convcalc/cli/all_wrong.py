"""All errors in the values of a command line; click itself reports only the first."""

from __future__ import annotations

from collections.abc import Callable

import click
from click.core import iter_params_for_processing

from convcalc.errors import ConvcalcError, UsageError


def parsed(
    command: click.Command,
    ctx: click.Context,
    words: list[str],
    parse: Callable[[click.Context, list[str]], list[str]],
) -> list[str]:
    """What ``parse`` makes of a command line.

    Raises:
        UsageError: values are wrong; all of them are named. If it is only one, click's own error.
    """
    try:
        return parse(ctx, list(words))
    except (click.BadParameter, UsageError) as error:
        raise _all_wrong(command, ctx, words, error) from None


def _all_wrong(
    command: click.Command, ctx: click.Context, words: list[str], first: Exception
) -> Exception:
    """The error about all wrong values; the first error itself if it is the only one.

    Args:
        command, ctx: the called command.
        words: its command line.
        first: the error that click found.
    """
    given, rest, order = command.make_parser(ctx).parse_args(args=list(words))
    found: dict[str, None] = {}
    is_missing = False
    for param in iter_params_for_processing(order, command.get_params(ctx)):
        try:
            _, rest = param.handle_parse_result(ctx, given, rest)
        except KeyError:
            continue  # it depends on another value, which is wrong
        except click.BadParameter as error:
            if isinstance(error, click.MissingParameter):
                if is_missing:
                    continue  # the first message has an example with all of them
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
