#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fcgi/server/fd.h"

namespace claviger::tests {

struct FcgiRequest {
    std::string method = "GET";
    std::string target = "/";
    std::string body = {};
    std::optional<std::string> contentLength = {};  // default: the body's size
    bool keep = true;
    std::vector<std::pair<std::string, std::string>> more = {};  // further parameters, sent last
};

struct FcgiAnswer {
    int status = 0;
    std::string headers;
    std::string body;
};

// The bytes of a FastCGI record and of a whole request, as nginx sends them.
std::string fcgiRecord(unsigned char type, std::string_view content, unsigned id = 1, std::size_t padding = 0);
std::string fcgiHead(const FcgiRequest&);  // BEGIN_REQUEST and PARAMS
std::string fcgiBody(std::string_view);    // STDIN to its end
std::string fcgiBytes(const FcgiRequest&);

// A connection of a web server to the workers, used as nginx uses its kept connections. For one thread.
class FcgiClient {
public:
    // Throws std::system_error if no process listens on the socket.
    explicit FcgiClient(const std::filesystem::path& socket);

    // Returns false if the peer has closed.
    bool sendBytes(std::string_view bytes);
    bool send(const FcgiRequest& request) { return sendBytes(fcgiBytes(request)); }

    // Blocks until the next answer is whole and returns it. Returns nothing if the connection ends before that, or
    // after `patience`. Records of other types than STDOUT and END are skipped.
    std::optional<FcgiAnswer> receive(std::chrono::milliseconds patience = std::chrono::seconds(8));

    // Sends the request and returns the answer to it, as receive() does.
    std::optional<FcgiAnswer> ask(const FcgiRequest& request);

    // Whether bytes have come although no request is pending, or the peer has closed. nginx closes such a connection
    // too.
    bool isSpent() const;

    // Whether the peer closes within that time. Bytes that come before that are kept for receive().
    bool closesWithin(std::chrono::milliseconds);

    void close() { fd_.reset(); }
    void closeSending();

private:
    bool readMore(std::chrono::steady_clock::time_point deadline);

    fcgi::Fd fd_;
    std::string received_;
};

}  // namespace claviger::tests
