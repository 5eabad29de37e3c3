#include "fcgi/server/connection.h"

#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "fcgi/server/answer_records.h"
#include "fcgi/server/body.h"
#include "fcgi/server/request_head.h"
#include "fcgi/telemetry/log.h"

namespace claviger::fcgi {
namespace {

constexpr timeval kPatience{5, 0};  // for one read or write
constexpr std::size_t kUsualParameters = 32;

CgiParameters parametersOf(FCGX_ParamArray variables) {
    CgiParameters parameters;
    parameters.reserve(kUsualParameters);
    for (; *variables != nullptr; ++variables) {
        const std::string_view pair(*variables);
        const auto equals = pair.find('=');
        if (equals == std::string_view::npos) continue;
        parameters.emplace_back(pair.substr(0, equals), pair.substr(equals + 1));
    }
    return parameters;
}

// The line is lost if there is no memory for it: the response matters more.
Response failed(int status, const std::string& requestId, const char* what) {
    try {
        logLine({{"level", "error"}, {"event", "application_threw"}, {"requestId", requestId}, {"what", what}});
    } catch (const std::bad_alloc&) {
    }
    return Response(status);
}

// The application promises to throw nothing but std::bad_alloc. Any other exception from it is a bug. None may end the
// worker.
template <class Work>
auto caught(const std::string& requestId, const Work& work) -> decltype(work()) {
    try {
        return work();
    } catch (const std::bad_alloc&) {
        return failed(503, requestId, "out of memory");
    } catch (const std::exception& thrown) {
        return failed(500, requestId, thrown.what());
    } catch (...) {
        return failed(500, requestId, "of no known type");
    }
}

// Whether libfcgi has read past the end of the request. libfcgi would discard those bytes, and then take the rest of
// them for the beginning of a request. Without a descriptor, fillBuffProc only moves over the bytes that are buffered
// already.
bool hasReadTooMuch(FCGX_Request& parser) {
    const int fd = std::exchange(parser.ipcFd, -1);
    const unsigned char* const position = parser.in->rdNext;
    parser.in->fillBuffProc(parser.in);
    parser.ipcFd = fd;
    return parser.in->rdNext != position;
}

}  // namespace

void initializeRecordParser() {
    constexpr std::array kTaken{SIGPIPE, SIGTERM, SIGUSR1};
    std::array<struct sigaction, kTaken.size()> before{};
    for (std::size_t i = 0; i < kTaken.size(); ++i) ::sigaction(kTaken[i], nullptr, &before[i]);
    if (FCGX_Init() != 0) throw std::runtime_error("libfcgi cannot be initialised");
    for (std::size_t i = 0; i < kTaken.size(); ++i) ::sigaction(kTaken[i], &before[i], nullptr);
}

Connection::Connection(Fd fd) : fd_(std::move(fd)) {
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience);
    FCGX_InitRequest(&parser_, -1, 0);
}

Connection::Look Connection::look() const {
    thread_local std::vector<char> bytes(kMaxHead);
    const auto count = ::recv(fd_.get(), bytes.data(), bytes.size(), MSG_PEEK | MSG_DONTWAIT);
    if (count < 0) return errno == EAGAIN || errno == EINTR ? Look::kNothing : Look::kEnd;
    if (count == 0) return Look::kEnd;
    switch (judgeHead({bytes.data(), static_cast<std::size_t>(count)})) {
        case HeadState::kWhole:
            return Look::kRequest;
        case HeadState::kPartial:
            return Look::kPartial;
        case HeadState::kForeign:
            logLine(
                {{"level", "warning"}, {"event", "connection_refused"}, {"why", "no FastCGI request of a responder"}});
            break;
    }
    return Look::kEnd;
}

Connection::Outcome Connection::serve(const Application& application, ReadLimit& limit) {
    parser_.ipcFd = fd_.get();
    parser_.listen_sock = -1;    // no accept(2) after an error
    parser_.keepConnection = 1;  // without it libfcgi would close the connection before it reads from it
    parser_.detached = 1;        // if libfcgi closes, then at once: it would wait seconds for the peer to close
    if (FCGX_Accept_r(&parser_) != 0) {
        static_cast<void>(fd_.release());  // libfcgi has closed it
        return Outcome::kEnded;
    }
    const bool keepAsked = parser_.keepConnection != 0;
    const auto parameters = parametersOf(parser_.envp);
    auto body = [&] {
        const ReadLimit::Guard guard(limit, fd_.get());
        return readBody(parser_.in, parameters);
    }();
    const bool ended = body.ended && !hasReadTooMuch(parser_);

    const auto request = parseCgi(parameters, std::move(body.text), body.state);
    auto reply = caught(request.requestId, [&] { return application(request); });
    headOnly_ = request.method == "HEAD";
    keep_ = keepAsked && ended;
    requestId_ = parser_.requestId;
    FCGX_Free(&parser_, 0);  // not FCGX_Finish_r: this class responds and closes
    if (auto* const response = std::get_if<Response>(&reply)) return take(std::move(*response));
    deferredId_ = request.requestId;
    deferred_ = std::get<std::unique_ptr<DeferredAnswer>>(std::move(reply));
    return Outcome::kDeferred;
}

Connection::Outcome Connection::finish() {
    const auto deferred = std::move(deferred_);
    return take(caught(deferredId_, [&] { return deferred->finish(); }));
}

Connection::Outcome Connection::take(Response response) {
    head_ = response.cgiHead();
    due_ = response.notBefore();
    body_ = headOnly_ ? std::string() : std::move(response).takeBody();
    waits_ = due_ > std::chrono::steady_clock::now();
    return waits_ ? Outcome::kWaits : answer();
}

Connection::Outcome Connection::answer() {
    waits_ = false;
    const auto head = std::exchange(head_, {}), body = std::exchange(body_, {});  // an idle connection keeps no page
    const bool sent = sendAnswer(fd_.get(), requestId_, head, body);
    return keep_ && sent ? Outcome::kKept : Outcome::kEnded;
}

bool Connection::hasBeenLeft() const {
    char byte = 0;
    return ::recv(fd_.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

bool Connection::hasUnread() const {
    char byte = 0;
    return ::recv(fd_.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

void Connection::nudge() const {
    constexpr std::uint8_t kStderr = 7;
    const auto record = recordHeader(kStderr, requestId_, 0);
    // If the socket's buffer has no room for the record, the peer is not idle.
    static_cast<void>(::send(fd_.get(), record.data(), record.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
}

void Connection::shutReading() const {
    ::shutdown(fd_.get(), SHUT_RD);
}

}  // namespace claviger::fcgi
