# Completion of convcalc for bash 3.2 and later, printed by: convcalc completion bash
# shellcheck shell=bash

_convcalc_completion() {
    local program="${1-convcalc}" answer line kind place='' goes_on=''
    COMPREPLY=()
    case "$program" in '~/'*) program="$HOME/${program#'~/'}" ;; esac
    answer="$(_CONVCALC_LINE="${COMP_LINE:0:COMP_POINT}" _CONVCALC_BREAKS="${COMP_WORDBREAKS-}" \
        _CONVCALC_COMPLETE=bash_complete "$program" 2>/dev/null </dev/null)"
    # Where convcalc is not there, bash completes file names as for any other program.
    [ -n "$answer" ] || return 0

    while IFS= read -r line; do
        kind="${line%% *}"
        case "$kind" in
            plain | open) COMPREPLY+=("${line#* }") ;;
            *) place="$kind" ;;
        esac
        [ "$kind" != open ] || goes_on=yes
    done <<<"$answer"

    if [ "$place" = file ]; then
        # Without words bash itself completes the file, with its quotes, tildes and slashes.
        [ "${#COMPREPLY[@]}" -eq 0 ] || _convcalc_completion_files "$2"
    elif [ "$(type -t compopt)" = builtin ]; then # not in bash 3.2
        compopt +o default +o bashdefault
        [ "$place" != dir ] || compopt -o dirnames
    fi
    if [ -n "$goes_on" ] && [ "$(type -t compopt)" = builtin ]; then
        compopt -o nospace
    fi
    return 0
}

# Add the files that begin like the word; with words beside them none is put in before more is typed.
_convcalc_completion_files() {
    local file
    while IFS= read -r file; do
        [ -n "$file" ] || continue
        [ ! -d "$file" ] || file="$file/"
        COMPREPLY+=("$file")
    done <<<"$(compgen -f -- "$1")"
}

complete -o nosort -o bashdefault -o default -F _convcalc_completion convcalc 2>/dev/null ||
    complete -o bashdefault -o default -F _convcalc_completion convcalc
