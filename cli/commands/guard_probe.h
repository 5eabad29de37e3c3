#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "domain/doctor/guard_checks.h"
#include "domain/secrets/plain_key.h"

namespace claviger::cli {

// Sends the requests of `claviger doctor --guard` to one address, each on a connection of its own. It follows no
// redirect and reads no body. A request and its response have 10 s. The certificate of an https address is verified, by
// the system's authorities and those in the file `authorities`. A name below .localhost is 127.0.0.1.
class GuardClient {
public:
    // `live` is the active key of Credential::kLive; without it such a probe presents no key. An empty `authorities`
    // means only the system's.
    // Throws Failure (kUsage) for an address that is no http or https URL with a host. An address with a user, a query
    // or a fragment is refused too, and for https a file of authorities that cannot be used.
    GuardClient(const std::string& url, std::optional<domain::secrets::PlainKey> live,
                const std::filesystem::path& authorities);
    ~GuardClient();

    GuardClient(const GuardClient&) = delete;
    GuardClient& operator=(const GuardClient&) = delete;

    // Sends one request and returns the response. Throws nothing: the result also describes a connection or a response
    // that failed.
    domain::GuardAnswer ask(const domain::GuardProbe&) const;

private:
    struct Address;
    std::unique_ptr<const Address> address_;
    std::optional<domain::secrets::PlainKey> live_;
    domain::secrets::PlainKey dead_;
};

}  // namespace claviger::cli
