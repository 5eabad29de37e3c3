#include "tests/server/load.h"

#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "tests/support/fcgi_client.h"

namespace claviger::tests {

Load::Load(std::filesystem::path socket, unsigned threads) : socket_(std::move(socket)) {
    for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
}

void Load::stop() {
    stop_ = true;
    for (auto& thread : threads_) thread.join();
    threads_.clear();
}

void Load::run() {
    const auto get = fcgiBytes({.target = "/healthz"});
    const auto post = fcgiBytes({.method = "POST", .target = "/healthz", .body = std::string(10'000, 'b')});
    std::optional<FcgiClient> client;
    for (int i = 0; !stop_; ++i) {
        if (!client || client->isSpent()) try {
                client.emplace(socket_);
            } catch (const std::system_error&) {
                return;
            }
        const bool answered = client->sendBytes(i % 2 == 0 ? get : post) && client->receive();
        ++(answered ? answered_ : failed_);
        if (!answered) client.reset();
    }
}

}  // namespace claviger::tests
