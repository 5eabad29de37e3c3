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
    std::optional<std::string> contentLength = {};  // else what the body has
    bool keep = true;
    std::vector<std::pair<std::string, std::string>> more = {};  // further parameters, after those
};

struct FcgiAnswer {
    int status = 0;
    std::string headers;
    std::string body;
};

// The bytes of one FastCGI record, and of a whole request, as nginx sends them.
std::string fcgiRecord(unsigned char type, std::string_view content, unsigned id = 1, std::size_t padding = 0);
std::string fcgiHead(const FcgiRequest&);  // BEGIN_REQUEST and PARAMS
std::string fcgiBody(std::string_view);    // STDIN to its end
std::string fcgiBytes(const FcgiRequest&);

// One connection of a web server to the workers, used the way nginx uses its kept ones. For one thread.
class FcgiClient {
public:
    // Throws std::system_error if nobody listens.
    explicit FcgiClient(const std::filesystem::path& socket);

    // False if the peer has closed.
    bool sendBytes(std::string_view bytes);
    bool send(const FcgiRequest& request) { return sendBytes(fcgiBytes(request)); }

    // The next answer, or nothing if the connection ended before it was whole or it did not come in time.
    // Empty STDERR records are skipped.
    std::optional<FcgiAnswer> receive(std::chrono::milliseconds patience = std::chrono::seconds(8));

    std::optional<FcgiAnswer> ask(const FcgiRequest& request);

    // Whether anything has come while no request was on its way, or the peer has closed: nginx then closes too.
    bool isSpent() const;

    // Whether the peer closes within that time.
    bool closesWithin(std::chrono::milliseconds);

    void close() { fd_.reset(); }
    void closeSending();

private:
    bool readMore(std::chrono::steady_clock::time_point deadline);

    fcgi::Fd fd_;
    std::string received_;
};

}  // namespace claviger::tests
