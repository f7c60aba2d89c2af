"""Completion in a shell: `line` reads what was typed, the parameter types say what fits, `speak` answers.

The scripts that bash, zsh and fish run lie here as files; `install` puts them where a shell finds them.
"""
