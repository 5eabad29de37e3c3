// Runs one target under libFuzzer: the one that the environment variable FUZZ_TARGET names.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "tests/fuzz/targets.h"

namespace {

const claviger::tests::FuzzTarget& chosen() {
    const char* name = std::getenv("FUZZ_TARGET");
    for (const auto& target : claviger::tests::fuzzTargets())
        if (name != nullptr && target.name == name) return target;
    std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto& target = chosen();
    target.run(std::string(reinterpret_cast<const char*>(data), size));
    return 0;
}
