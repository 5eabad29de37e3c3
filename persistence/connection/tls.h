#pragma once

#include <optional>
#include <string>

#include "domain/configuration/settings.h"

namespace claviger::persistence {

// How a connection over TCP is encrypted. Files of PEM, read again at each connection: a certificate can be renewed
// without a restart.
struct Tls {
    std::string ca;         // or empty: the system's CAs
    std::string cert, key;  // of the client, or both empty
};

// Nothing over a unix socket, and where database.tls is off. Throws domain::BadConfiguration for a file that cannot be
// read, and for a certificate without its key or a key without its certificate.
std::optional<Tls> tlsOf(const domain::Settings::Database&);

// Advice for the operator on a refusal of the driver's (error 2026) with this text; empty if the text is not known.
std::string tlsAdvice(const std::string& text, const std::string& host, const Tls&);

}  // namespace claviger::persistence
