#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>

#include "domain/configuration/settings.h"
#include "domain/doctor/finding.h"

namespace claviger::domain {

// What the database server says of itself.
struct ServerFacts {
    std::map<std::string, std::string> variables;  // SHOW GLOBAL VARIABLES
    std::string sqlModeHere, timeZoneHere;         // of a connection as the service makes it
    std::size_t tenants = 0;
    std::string tlsVersionHere{}, tlsCipherHere{};  // of such a connection; empty: it is in plain text
    std::optional<long> certificateDays{};          // until the server's certificate ends, where the server reports it
};

// How the server is set: whether an answered commit outlives a crash, whether all tenants' tables find room in its
// caches, whether all workers find a connection, the mode and time zone of its sessions, and how they are encrypted.
Findings checkServer(const Settings&, const ServerFacts&);

}  // namespace claviger::domain
