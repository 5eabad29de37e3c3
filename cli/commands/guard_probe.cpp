#include "cli/commands/guard_probe.h"

#include <Poco/Net/Context.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/HTTPSClientSession.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/NetSSL.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/String.h>
#include <Poco/URI.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <string_view>
#include <thread>

#include "cli/frame/failure.h"

namespace claviger::cli {
namespace {

using namespace std::chrono_literals;
using domain::Credential;
using domain::GuardAnswer;
using domain::GuardProbe;
using Poco::Net::Context;
using Poco::Net::HTTPRequest;

constexpr auto kPatience = 10s;
constexpr auto kLoopback = "127.0.0.1";

Poco::URI parseUrl(const std::string& url) {
    const auto refuse = [](const std::string& why) {
        return usageFailure("--guard: " + why, "Write https://www.example.com/reports/");
    };
    Poco::URI parsed;
    try {
        parsed = Poco::URI(url);
    } catch (const Poco::Exception&) {
        throw refuse("this is no URL");
    }
    if (parsed.getScheme() != "http" && parsed.getScheme() != "https")
        throw refuse("the URL must begin with http:// or https://");
    if (parsed.getHost().empty()) throw refuse("the URL has no host");
    if (!parsed.getUserInfo().empty()) throw refuse("the URL must have no user and no password");
    if (!parsed.getRawQuery().empty() || !parsed.getFragment().empty())
        throw refuse("the URL must have no query and no fragment");
    if (parsed.getPath().empty()) parsed.setPath("/");
    return parsed;
}

Context::Ptr makeContext(const std::filesystem::path& authorities) try {
    Poco::Net::initializeSSL();
    Context::Ptr context(new Context(Context::TLS_CLIENT_USE, authorities.string(), Context::VERIFY_STRICT, 9, true));
    context->requireMinimumProtocol(Context::PROTO_TLSV1_2);
    return context;
} catch (const Poco::Exception& failure) {
    throw usageFailure("--tls-ca: " + failure.displayText(), "Name a file of certificates in PEM.");
}

// Aborts the exchange after kPatience. Poco's time-outs are not enough, since each covers one read only.
class Deadline {
public:
    explicit Deadline(Poco::Net::HTTPClientSession& session)
        : thread_([this, &session](const std::stop_token& stop) {
              std::unique_lock lock(mutex_);
              if (!changed_.wait_for(lock, stop, kPatience, [] { return false; }) && !stop.stop_requested())
                  session.abort();
          }) {}

private:
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::jthread thread_;
};

// Whether RFC 6761 reserves the name for loopback. Browsers and curl go by it; glibc needs a resolver that does too.
bool isBelowLocalhost(const std::string& host) {
    const auto name = Poco::toLower(host);
    return name.ends_with(".localhost") || name.ends_with(".localhost.");
}

void present(HTTPRequest& request, const GuardProbe& probe, std::string_view key) {
    if (probe.asBearer)
        request.set("Authorization", "Bearer " + std::string(key));
    else
        request.set("X-Api-Key", std::string(key));
}

std::string reasonOf(const Poco::Exception& failure) {
    return dynamic_cast<const Poco::TimeoutException*>(&failure) != nullptr ? "it did not come within 10 s"
                                                                            : failure.displayText();
}

}  // namespace

struct GuardClient::Address {
    Poco::URI url;
    Context::Ptr context;  // null for http

    std::unique_ptr<Poco::Net::HTTPClientSession> connect() const {
        std::unique_ptr<Poco::Net::HTTPClientSession> session;
        if (context) {
            Poco::Net::SecureStreamSocket socket(context);
            socket.setPeerHostName(url.getHost());  // the name in the certificate, also on loopback
            session = std::make_unique<Poco::Net::HTTPSClientSession>(socket);
        } else {
            session = std::make_unique<Poco::Net::HTTPClientSession>();
        }
        session->setHost(isBelowLocalhost(url.getHost()) ? kLoopback : url.getHost());
        session->setPort(url.getPort());
        session->setTimeout(Poco::Timespan(kPatience.count(), 0));
        return session;
    }

    std::string pathOf(const GuardProbe& probe) const {
        auto path = Poco::URI(url).getPathEtc();
        if (probe.below.empty()) return path;
        return path + (path.ends_with('/') ? "" : "/") + probe.below;
    }
};

GuardClient::GuardClient(const std::string& url, std::optional<domain::secrets::PlainKey> live,
                         const std::filesystem::path& authorities)
    : live_(std::move(live)), dead_(domain::secrets::PlainKey::generate()) {
    auto parsed = parseUrl(url);
    const bool encrypted = parsed.getScheme() == "https";
    auto context = encrypted ? makeContext(authorities) : Context::Ptr();
    address_ = std::make_unique<const Address>(Address{std::move(parsed), std::move(context)});
}

GuardClient::~GuardClient() = default;

GuardAnswer GuardClient::ask(const GuardProbe& probe) const try {
    HTTPRequest request(probe.method, address_->pathOf(probe), HTTPRequest::HTTP_1_1);
    request.setHost(address_->url.getHost(), address_->url.getPort());
    request.set("User-Agent", "claviger-doctor");
    request.setContentLength(0);
    request.setKeepAlive(false);
    if (probe.credential == Credential::kMalformed) present(request, probe, "no-key-at-all");
    if (probe.credential == Credential::kDead) present(request, probe, dead_.revealForResponse());
    if (probe.credential == Credential::kLive && live_) present(request, probe, live_->revealForResponse());

    const auto session = address_->connect();
    const Deadline deadline(*session);
    session->sendRequest(request);
    Poco::Net::HTTPResponse response;
    session->receiveResponse(response);
    return {static_cast<int>(response.getStatus()), response.get("Location", ""), {}};
} catch (const Poco::Exception& failure) {
    return {0, {}, reasonOf(failure)};
} catch (const std::exception& failure) {
    return {0, {}, failure.what()};
}

}  // namespace claviger::cli
