#include "fcgi/http/form.h"

#include "tests/fuzz/targets.h"

namespace claviger::tests {

void fuzzForm(const std::string& input) {
    const auto fields = fcgi::parseFields(input);
    if (!fields) return;
    promise(fields->size() <= 100, "a form has at most a hundred fields");
    std::size_t length = 0;
    for (const auto& [name, value] : *fields) length += name.size() + value.size();
    promise(length <= input.size(), "decoding makes nothing longer");
}

}  // namespace claviger::tests
