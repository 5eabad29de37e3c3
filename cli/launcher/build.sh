# Building, with ninja's progress; quick when nothing has changed.

buildVerb() {
    [ $# = 0 ] || fail "build takes no arguments"
    installMissing
    stopAllAtExit
    buildAll
}

buildAll() {
    buildOnly all
}

buildOnly() {  # TARGET…
    [ -f "$root/build/build.ninja" ] || runTask cmake -S "$root" --preset default || fail "cmake could not configure the build"
    runTask cmake --build "$root/build" --parallel "$(nproc)" --target "$@" || fail "the build failed; see above"
}
