#include <algorithm>

#include "fcgi/http/path.h"
#include "tests/fuzz/targets.h"

namespace claviger::tests {

void fuzzCallbackUrl(const std::string& input) {
    const auto path = fcgi::pathOnThisHost(input, "/home");
    promise(path == input || path == "/home", "nothing is made up");
    promise(path.starts_with('/') && !path.starts_with("//"), "it leads to this host");
    promise(std::none_of(path.begin(), path.end(),
                         [](char c) { return c == '\\' || static_cast<unsigned char>(c) < 0x21 || c == 0x7f; }),
            "no browser reads it as something else");
    const auto encoded = fcgi::splitPath("/" + fcgi::encodeComponent(input));
    promise(encoded && encoded->size() == 1 && encoded->front() == input, "what is encoded is decoded to the same");
    if (const auto segments = fcgi::splitPath(input))
        for (const auto* pattern : {"/", "/api/api-keys/{id}"}) static_cast<void>(fcgi::matchPath(pattern, *segments));
}

}  // namespace claviger::tests
