# Completion of convcalc for fish, printed by: convcalc completion fish

# Asks convcalc once for both of those below, whichever fish calls first.
function __convcalc_ask
    set -l line (commandline -cp | string collect)
    if set -q __convcalc_asked; and test "$__convcalc_asked" = "$line"
        set -e __convcalc_asked
        return
    end
    set -g __convcalc_asked $line
    set -l program (commandline -opc)[1]
    set program (string replace -r '^~/' "$HOME/" -- $program)
    set -g __convcalc_answer (env _CONVCALC_LINE=$line _CONVCALC_COMPLETE=fish_complete $program 2>/dev/null </dev/null)
end

# Whether no file can stand at the cursor; where convcalc is not there, fish completes files.
function __convcalc_without_files
    __convcalc_ask
    set -q __convcalc_answer[1]; and test "$__convcalc_answer[1]" != file
end

function __convcalc_words
    __convcalc_ask
    if test "$__convcalc_answer[1]" = dir
        __fish_complete_directories (commandline -ct) ''
    end
    string join \n -- $__convcalc_answer[2..-1]
end

complete -c convcalc -n __convcalc_without_files -f
complete -c convcalc -a '(__convcalc_words)'
