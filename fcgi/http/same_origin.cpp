#include "fcgi/http/same_origin.h"

namespace claviger::fcgi {

bool isSameOrigin(const Request& request) {
    const auto origin = request.header("origin");
    if (origin && *origin != request.scheme + "://" + request.authority) return false;
    const auto site = request.header("sec-fetch-site");
    return !site || *site == "same-origin" || *site == "none";
}

}  // namespace claviger::fcgi
