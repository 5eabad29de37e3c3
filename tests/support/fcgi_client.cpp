#include "tests/support/fcgi_client.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>

namespace claviger::tests {
namespace {

using Clock = std::chrono::steady_clock;

constexpr unsigned char kBegin = 1, kEnd = 3, kParams = 4, kStdin = 5, kStdout = 6;
constexpr std::size_t kHeaderSize = 8;
constexpr std::size_t kLongestRecord = 32 * 1024;

char byte(std::size_t value) {
    return static_cast<char>(static_cast<unsigned char>(value & 0xffU));
}

std::string length(std::size_t value) {
    if (value < 128) return {byte(value)};
    return {byte(value >> 24U | 0x80U), byte(value >> 16U), byte(value >> 8U), byte(value)};
}

std::size_t at(const std::string& bytes, std::size_t position) {
    return static_cast<unsigned char>(bytes[position]);
}

FcgiAnswer parse(const std::string& cgi) {
    FcgiAnswer answer;
    const auto blank = cgi.find("\r\n\r\n");
    answer.headers = cgi.substr(0, blank);
    if (blank != std::string::npos) answer.body = cgi.substr(blank + 4);
    if (cgi.starts_with("Status: ")) answer.status = std::atoi(cgi.c_str() + std::strlen("Status: "));
    return answer;
}

}  // namespace

std::string fcgiRecord(unsigned char type, std::string_view content, unsigned id, std::size_t padding) {
    std::string record{
        1, byte(type), byte(id >> 8U), byte(id), byte(content.size() >> 8U), byte(content.size()), byte(padding), 0};
    return record.append(content).append(padding, '\0');
}

std::string fcgiHead(const FcgiRequest& request) {
    std::vector<std::pair<std::string, std::string>> parameters{
        {"REQUEST_METHOD", request.method},
        {"REQUEST_SCHEME", "http"},
        {"REMOTE_ADDR", "127.0.0.1"},
        {"CONTENT_TYPE", "text/plain"},
        {"CONTENT_LENGTH", request.contentLength.value_or(std::to_string(request.body.size()))},
        {"CLAVIGER_TARGET", request.target},
        {"CLAVIGER_HOST", "acme.test"},
        {"CLAVIGER_REQUEST_ID", "0123456789abcdef0123456789abcdef"}};
    parameters.insert(parameters.end(), request.more.begin(), request.more.end());
    std::string pairs;
    for (const auto& [name, value] : parameters)
        pairs.append(length(name.size())).append(length(value.size())).append(name).append(value);

    const std::string begin{0, 1, byte(request.keep ? 1 : 0), 0, 0, 0, 0, 0};
    std::string bytes = fcgiRecord(kBegin, begin);
    for (std::size_t i = 0; i < pairs.size(); i += kLongestRecord)
        bytes += fcgiRecord(kParams, std::string_view(pairs).substr(i, kLongestRecord));
    return bytes + fcgiRecord(kParams, "");
}

std::string fcgiBody(std::string_view body) {
    std::string bytes;
    for (std::size_t i = 0; i < body.size(); i += kLongestRecord)
        bytes += fcgiRecord(kStdin, body.substr(i, kLongestRecord));
    return bytes + fcgiRecord(kStdin, "");
}

std::string fcgiBytes(const FcgiRequest& request) {
    return fcgiHead(request) + fcgiBody(request.body);
}

FcgiClient::FcgiClient(const std::filesystem::path& socket) : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, socket.c_str(), sizeof address.sun_path - 1);
    const auto* const generic = static_cast<const sockaddr*>(static_cast<const void*>(&address));
    if (::connect(fd_.get(), generic, sizeof address) != 0)
        throw std::system_error(errno, std::generic_category(), socket.string());
}

bool FcgiClient::sendBytes(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto count = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

bool FcgiClient::readMore(Clock::time_point deadline) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    pollfd readable{fd_.get(), POLLIN, 0};
    if (::poll(&readable, 1, static_cast<int>(std::max<std::int64_t>(0, left.count()))) <= 0) return false;
    std::array<char, 16384> block;
    const auto count = ::recv(fd_.get(), block.data(), block.size(), 0);
    if (count <= 0) return false;
    received_.append(block.data(), static_cast<std::size_t>(count));
    return true;
}

std::optional<FcgiAnswer> FcgiClient::receive(std::chrono::milliseconds patience) {
    const auto deadline = Clock::now() + patience;
    std::string cgi;
    while (true) {
        while (received_.size() < kHeaderSize)
            if (!readMore(deadline)) return std::nullopt;
        const auto content = at(received_, 4) << 8U | at(received_, 5);
        const auto whole = kHeaderSize + content + at(received_, 6);
        while (received_.size() < whole)
            if (!readMore(deadline)) return std::nullopt;
        const auto type = at(received_, 1);
        if (type == kStdout) cgi += received_.substr(kHeaderSize, content);
        received_.erase(0, whole);
        if (type == kEnd) return parse(cgi);
    }
}

std::optional<FcgiAnswer> FcgiClient::ask(const FcgiRequest& request) {
    if (!send(request)) return std::nullopt;
    return receive();
}

bool FcgiClient::isSpent() const {
    char first = 0;
    return !received_.empty() || ::recv(fd_.get(), &first, 1, MSG_PEEK | MSG_DONTWAIT) >= 0 || errno != EAGAIN;
}

bool FcgiClient::closesWithin(std::chrono::milliseconds patience) {
    const auto deadline = Clock::now() + patience;
    while (readMore(deadline)) {
    }
    char first = 0;
    return ::recv(fd_.get(), &first, 1, MSG_PEEK | MSG_DONTWAIT) >= 0 || errno != EAGAIN;
}

void FcgiClient::closeSending() {
    ::shutdown(fd_.get(), SHUT_WR);
}

}  // namespace claviger::tests
