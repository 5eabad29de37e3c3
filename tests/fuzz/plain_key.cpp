#include "domain/secrets/plain_key.h"

#include "fcgi/http/presented_key.h"
#include "tests/fuzz/targets.h"

namespace claviger::tests {

using domain::secrets::PlainKey;

void fuzzPlainKey(const std::string& input) {
    if (const auto key = PlainKey::parse(input)) {
        promise(key->revealForResponse() == input && input.size() == PlainKey::kLength, "a key is all of its text");
        promise(input.starts_with(key->shownPrefix()), "the prefix is the key's");
    }
    fcgi::Request request;
    const auto half = input.size() / 2;
    request.headers = {{"authorization", input.substr(0, half)}, {"x-api-key", input.substr(half)}};
    static_cast<void>(fcgi::presentedKey(request));
    request.query = input;
    const auto presented = fcgi::presentedKey(request);
    if (input.find(PlainKey::kPrefix) != std::string::npos && input.find_first_of("%&=+") == std::string::npos)
        promise(!presented.ok(), "a key in the query is refused");
}

}  // namespace claviger::tests
