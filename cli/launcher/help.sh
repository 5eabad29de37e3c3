# The help of the launcher's own verbs.

asksForHelp() {  # VERB [ARGUMENT…]; what follows the name of a measurement belongs to that
    [ "$1" != bench ] || set -- "$1" "${2-}"
    for argument; do
        case $argument in --help | -h) return 0 ;; esac
    done
    return 1
}

showHelp() {  # VERB
    cat "$root/cli/launcher/help/$1.txt"
    [ "$1" != test ] || printf '\n%s\n' "Suites: $(suitesInWords)." | fold -s -w 80
}
