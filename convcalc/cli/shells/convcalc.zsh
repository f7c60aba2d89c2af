#compdef convcalc
# Completion of convcalc for zsh, printed by: convcalc completion zsh

_convcalc() {
    local answer line kind value about place= program=${(Q)words[1]}
    local -a plain open parts
    answer="$(_CONVCALC_LINE="${words[1,CURRENT-1]} $QIPREFIX$PREFIX" _CONVCALC_COMPLETE=zsh_complete \
        ${program/#\~\//$HOME/} 2>/dev/null </dev/null)"
    # Where convcalc is not there, zsh completes file names as for any other program.
    if [[ -z $answer ]]; then
        _default
        return
    fi

    [[ $PREFIX != -*=* ]] || compset -P '-[^=]##='
    for line in ${(f)answer}; do
        parts=("${(@ps:\t:)line}")
        kind=$parts[1] value=${parts[2]-} about=${parts[3]-}
        value=${value#$IPREFIX}
        value=${${value//\\/\\\\}//:/\\:}${about:+:$about}
        case $kind in
            (plain) plain+=("$value") ;;
            (open) open+=("$value") ;;
            (*) place=$kind ;;
        esac
    done

    local found=1
    (( ! $#plain )) || { _describe -V convcalc plain && found=0 }
    (( ! $#open )) || { _describe -V convcalc open -S '' && found=0 }
    case $place in
        (file) _files && found=0 ;;
        (dir) _files -/ && found=0 ;;
    esac
    return found
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    _convcalc "$@"
else
    (( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i }
    compdef _convcalc convcalc
fi
