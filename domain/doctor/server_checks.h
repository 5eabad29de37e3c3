#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>

#include "domain/configuration/settings.h"
#include "domain/doctor/finding.h"

namespace claviger::domain {

// The database server's own settings and state.
struct ServerFacts {
    std::map<std::string, std::string> variables;   // SHOW GLOBAL VARIABLES
    std::string sqlModeHere, timeZoneHere;          // of a connection that is opened as the service does
    std::size_t tenants = 0, tablesOfEach = 0;      // the tenants, and the tables of each
    std::string tlsVersionHere{}, tlsCipherHere{};  // of such a connection; empty: it is in plain text
    std::optional<long> certificateDays{};          // until the server's certificate ends; nullopt: it is not reported
};

// Checks the server's settings: whether an acknowledged commit survives a crash, and whether the caches hold all
// tenants' tables. Checks that all workers can get a connection. Checks the SQL mode, time zone and encryption of
// sessions. Queries nothing itself.
Findings checkServer(const Settings&, const ServerFacts&);

}  // namespace claviger::domain
