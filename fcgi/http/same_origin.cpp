#include "fcgi/http/same_origin.h"

namespace claviger::fcgi {
namespace {

bool isOf(std::string_view origin, std::string_view scheme, std::string_view authority) {
    return origin.starts_with(scheme) && origin.substr(scheme.size()) == authority;
}

}  // namespace

Origin originOf(const Request& request) {
    const auto site = request.header("sec-fetch-site");
    if (site && *site != "same-origin" && *site != "none") return Origin::kForeign;
    const auto origin = request.header("origin");
    if (!origin || isOf(*origin, request.scheme + "://", request.authority)) return Origin::kSame;
    const bool otherScheme =
        isOf(*origin, "https://", request.authority) || isOf(*origin, "http://", request.authority);
    return otherScheme ? Origin::kOtherScheme : Origin::kForeign;
}

}  // namespace claviger::fcgi
