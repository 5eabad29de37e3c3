#include "tests/fuzz/targets.h"

#include <stdexcept>

namespace claviger::tests {
namespace {

constexpr FuzzTarget kTargets[] = {
    {"request_head", fuzzRequestHead}, {"json", fuzzJson},
    {"plain_key", fuzzPlainKey},       {"form", fuzzForm},
    {"cookies", fuzzCookies},          {"callback_url", fuzzCallbackUrl},
};

}  // namespace

std::span<const FuzzTarget> fuzzTargets() {
    return kTargets;
}

void promise(bool kept, const char* what) {
    if (!kept) throw std::logic_error(what);
}

}  // namespace claviger::tests
