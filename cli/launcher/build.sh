# Builds, with ninja's progress. Quick when nothing has changed.

buildVerb() {
    [ $# = 0 ] || fail "build takes no arguments"
    installMissing
    stopAllAtExit
    buildAll
}

buildAll() {
    buildOnly all
}

buildFuzzer() {  # in a build folder of its own, with clang
    [ -f "$root/build/fuzz/build.ninja" ] || runTask cmake -S "$root" --preset fuzz || fail "cmake could not configure the fuzzer"
    runTask cmake --build "$root/build/fuzz" --parallel "$(nproc)" --target fuzzer || fail "the fuzzer could not be built; see above"
}

# Builds the C++ tests again, by g++ with sanitizers: api, contract, fuzz, server and unit.
buildSanitized() {  # PRESET: asan or tsan
    [ -f "$root/build/$1/build.ninja" ] || runTask cmake -S "$root" --preset "$1" || fail "cmake could not configure the build $1"
    runTask cmake --build "$root/build/$1" --parallel "$(nproc)" --target api_tests contract_tests fuzz_tests server_tests unit_tests ||
        fail "the build $1 failed; see above"
}

buildOnly() {  # TARGET…
    [ -f "$root/build/build.ninja" ] || runTask cmake -S "$root" --preset default || fail "cmake could not configure the build"
    runTask cmake --build "$root/build" --parallel "$(nproc)" --target "$@" || fail "the build failed; see above"
}
