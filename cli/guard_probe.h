#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "domain/doctor/guard_checks.h"
#include "domain/secrets/plain_key.h"

namespace claviger::cli {

// Sends the requests of `claviger doctor --guard` to one address, each on a connection of its own. It follows no
// redirect and reads no body. Each request has 10 s. The certificate of an https address is verified, by the system's
// authorities and those of `authorities`.
class GuardClient {
public:
    // Throws Failure (kUsage) for an address that is no http or https URL with a host, or that has a user, a query or a
    // fragment.
    GuardClient(const std::string& url, std::optional<domain::secrets::PlainKey> live,
                const std::filesystem::path& authorities);
    ~GuardClient();

    GuardClient(const GuardClient&) = delete;
    GuardClient& operator=(const GuardClient&) = delete;

    // Throws nothing: a connection or an answer that fails is part of the answer.
    domain::GuardAnswer ask(const domain::GuardProbe&) const;

private:
    struct Address;
    std::unique_ptr<const Address> address_;
    std::optional<domain::secrets::PlainKey> live_;
    domain::secrets::PlainKey dead_;
};

}  // namespace claviger::cli
