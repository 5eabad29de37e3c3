#pragma once

#include <span>
#include <string>
#include <string_view>

namespace claviger::tests {

// The code that reads bytes of strangers. Each target takes any input. It throws std::logic_error where a promise is
// broken.
struct FuzzTarget {
    std::string_view name;  // of its file and of its corpus
    void (*run)(const std::string& input);
};

std::span<const FuzzTarget> fuzzTargets();

void promise(bool kept, const char* what);  // throws std::logic_error

void fuzzRequestHead(const std::string&);  // FastCGI records up to the end of the parameters
void fuzzJson(const std::string&);         // the body that names a key
void fuzzPlainKey(const std::string&);     // a presented key, in a header or the query
void fuzzForm(const std::string&);         // a form's body
void fuzzCookies(const std::string&);      // the header Cookie
void fuzzCallbackUrl(const std::string&);  // where a sign-in leads, and the paths of requests

}  // namespace claviger::tests
