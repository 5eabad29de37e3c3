#include "persistence/connection/tls.h"

#include <array>
#include <fstream>
#include <string_view>
#include <utility>

namespace claviger::persistence {
namespace {

using domain::BadConfiguration;

void requirePem(const std::filesystem::path& file, const std::string& setting, std::string_view what) {
    if (file.empty()) return;
    std::ifstream in(file);
    if (!in || std::filesystem::is_directory(file))
        throw BadConfiguration(setting + ": " + file.string() + " cannot be read; this account must be able to");
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    if (text.find("-----BEGIN ") == std::string::npos || text.find(what) == std::string::npos)
        throw BadConfiguration(setting + ": " + file.string() + " holds no " + std::string(what) + " in PEM form");
}

}  // namespace

std::optional<Tls> tlsOf(const domain::Settings::Database& settings) {
    const bool tcp = settings.socket.empty() && !settings.hosts.empty();
    if (!tcp || settings.tls == domain::Settings::Tls::kOff) return std::nullopt;
    if (settings.tlsCert.empty() != settings.tlsKey.empty())
        throw BadConfiguration(
            "database.tls_cert and database.tls_key belong together: set both, or neither where the server wants no "
            "certificate of its clients");
    requirePem(settings.tlsCa, "database.tls_ca", "CERTIFICATE-----");
    requirePem(settings.tlsCert, "database.tls_cert", "CERTIFICATE-----");
    requirePem(settings.tlsKey, "database.tls_key", "PRIVATE KEY-----");
    return Tls{settings.tlsCa.string(), settings.tlsCert.string(), settings.tlsKey.string()};
}

std::string tlsAdvice(const std::string& text, const std::string& host, const Tls& tls) {
    const auto unknown = tls.ca.empty()
                             ? std::string(
                                   "no CA of the system has signed the server's certificate; let "
                                   "database.tls_ca name the CA that has")
                             : "the CA in " + tls.ca + " (database.tls_ca) has not signed the server's certificate";
    const std::array<std::pair<std::string_view, std::string>, 7> known{{
        {"does not support it",
         "set up TLS on the server, or set database.tls = off if the network between is trusted"},
        {"Validation of SSL server certificate failed",
         "the server's certificate is not for \"" + host + "\"; let database.host be a name or address that it has"},
        {"has expired", "renew the server's certificate"},
        {"not yet valid", "see that the clocks of both machines are right"},
        {"self-signed", unknown},
        {"self signed", unknown},
        {"issuer certificate", unknown},
    }};
    for (const auto& [part, advice] : known)
        if (text.find(part) != std::string::npos) return advice;
    return {};
}

}  // namespace claviger::persistence
