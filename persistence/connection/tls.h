#pragma once

#include <optional>
#include <string>

#include "domain/configuration/settings.h"

namespace claviger::persistence {

// The files that encrypt a connection over TCP, in PEM form. The server's certificate must be signed by the CA, in
// date, and for the host's name. A connection never falls back to plain text. The driver reads them again for each
// connection: a certificate can be renewed without a restart.
struct Tls {
    std::string ca;         // empty: the system's CAs
    std::string cert, key;  // of the client, or both empty
};

// Returns nullopt over a unix socket, and if database.tls is off. Throws domain::BadConfiguration for a file that
// cannot be read or is not PEM, and if only one of the client's certificate and key is set.
std::optional<Tls> tlsOf(const domain::Settings::Database&);

// Advice for the operator on the driver's error 2026 with this text. Empty if the text is not known.
std::string tlsAdvice(const std::string& text, const std::string& host, const Tls&);

}  // namespace claviger::persistence
