"""Completion in a shell: `line` reads the typed words, parameter types offer words, `speak` answers.

The scripts for bash, zsh and fish are files in this folder; `install` puts them where a shell finds them.
"""
