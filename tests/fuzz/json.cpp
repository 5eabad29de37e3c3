#include "fcgi/json/json_body.h"
#include "fcgi/json/new_api_key.h"
#include "tests/fuzz/targets.h"

namespace claviger::tests {

void fuzzJson(const std::string& input) {
    fcgi::Request request;
    request.headers = {{"content-type", "application/json"}};
    request.body = input;
    const auto read = fcgi::parseNewApiKey(request);
    if (read.ok()) {
        promise(!read.value().name.text().empty() && read.value().name.text().size() <= 400,
                "a name has 1 to 100 code points");
        promise(fcgi::JsonObject::parse(input).has_value(), "a name comes from an object");
    }
    request.headers = {{"content-type", input}};
    static_cast<void>(fcgi::saysJson(request));
}

}  // namespace claviger::tests
