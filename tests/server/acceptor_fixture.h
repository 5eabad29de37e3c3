#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "fcgi/processes/listening_socket.h"
#include "fcgi/server/acceptor.h"
#include "tests/server/temporary_folder.h"
#include "tests/support/fcgi_client.h"

namespace claviger::tests {

// An acceptor in this process. Its application records each request and answers as the test says.
class AcceptorFixture {
public:
    // The acceptor's threads call `answer`.
    explicit AcceptorFixture(
        unsigned threads,
        fcgi::Application answer = [](const fcgi::Request&) { return fcgi::Response::json(200, "{}"); });

    FcgiClient connect() const { return FcgiClient(folder_ / "s"); }
    std::filesystem::path socket() const { return folder_ / "s"; }
    fcgi::Acceptor& acceptor() { return *acceptor_; }

    // Starts a second acceptor on the same socket with the same application: the next generation.
    std::unique_ptr<fcgi::Acceptor> startAnother(unsigned threads) const;

    std::vector<fcgi::Request> seen() const;
    std::size_t count() const { return seen().size(); }

private:
    TemporaryFolder folder_;
    fcgi::ListeningSocket socket_ = fcgi::ListeningSocket::open(folder_ / "s");
    mutable std::mutex mutex_;
    std::vector<fcgi::Request> seen_;
    fcgi::Application application_;
    std::unique_ptr<fcgi::Acceptor> acceptor_;
};

}  // namespace claviger::tests
