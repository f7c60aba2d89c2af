"""The homework's inverse formula against what the solver finds by trying."""

from convcalc.homework.questions.amounts import SizeEquation, solved_size
from convcalc.solve.windows import Question, solve


def test_the_kernel_of_an_equation_is_the_one_the_solver_finds() -> None:
    looked_at = 0
    for n in range(4, 16):
        for out in range(2, n + 3):
            for s, p in ((1, 0), (1, 1), (2, 0), (2, 1), (3, 2)):
                k = solved_size(SizeEquation("k", n, 1, s, 2 * p, 1, out, False))
                asked = Question((n,), (out,), s=s, p=(p, p), d=1, fit="strict")
                found = [window.k for window in solve(asked).windows]
                assert found == ([k] if k is not None and 1 <= k <= n + 2 * p else []), (
                    n,
                    out,
                    s,
                    p,
                )
                looked_at += len(found)
    assert looked_at > 100
