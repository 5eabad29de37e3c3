#include "domain/model/client_info.h"

#include <algorithm>
#include <iterator>

namespace claviger::domain {
namespace {

constexpr std::size_t kLongestAgent = 200;
constexpr std::size_t kLongestProgram = 40;

bool isPrintable(char c) {
    return c >= ' ' && c <= '~';
}

}  // namespace

std::string userAgentOf(std::string_view header) {
    header = header.substr(0, kLongestAgent);
    std::string agent;
    agent.reserve(header.size());
    std::copy_if(header.begin(), header.end(), std::back_inserter(agent), isPrintable);
    return agent;
}

std::string programOf(std::string_view userAgent) {
    const auto start = std::min(userAgent.find_first_not_of(' '), userAgent.size());
    const auto product = userAgent.substr(start, userAgent.find_first_of("/ (;,", start) - start);
    return product == "Mozilla" ? "Browser" : std::string(product.substr(0, kLongestProgram));
}

}  // namespace claviger::domain
