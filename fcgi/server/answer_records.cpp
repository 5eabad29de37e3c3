#include "fcgi/server/answer_records.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace claviger::fcgi {
namespace {

constexpr std::uint8_t kVersion = 1, kEndRequest = 3, kStdout = 6;
constexpr std::size_t kLongest = std::numeric_limits<std::uint16_t>::max();  // the content of one record
constexpr std::size_t kMostPieces = 1024;                                    // in one call: IOV_MAX

using EightBytes = std::array<std::uint8_t, 8>;

// A response in pieces: head and body are sent from where they lie, so they must outlive this.
class Records {
public:
    Records(int requestId, std::string_view head, std::string_view body) : requestId_(requestId) {
        const auto most = head.size() / kLongest + body.size() / kLongest + 5;
        own_.reserve(most);  // elements that have been added must not move
        pieces_.reserve(2 * most);
        addOutput(head);
        addOutput(body);
        addOwn(recordHeader(kStdout, requestId_, 0));
        addOwn(recordHeader(kEndRequest, requestId_, sizeof(EightBytes)));
        addOwn({});  // the status of the application, and FCGI_REQUEST_COMPLETE
    }

    std::span<iovec> pieces() { return pieces_; }

private:
    void addOutput(std::string_view content) {
        while (!content.empty()) {
            const auto part = content.substr(0, kLongest);
            addOwn(recordHeader(kStdout, requestId_, part.size()));
            pieces_.push_back({const_cast<char*>(part.data()), part.size()});  // sendmsg(2) does not write to it
            content.remove_prefix(part.size());
        }
    }

    void addOwn(const EightBytes& bytes) {
        own_.push_back(bytes);
        pieces_.push_back({own_.back().data(), bytes.size()});
    }

    int requestId_;
    std::vector<EightBytes> own_;
    std::vector<iovec> pieces_;
};

std::span<iovec> without(std::span<iovec> pieces, std::size_t sent) {
    while (!pieces.empty() && sent >= pieces.front().iov_len) {
        sent -= pieces.front().iov_len;
        pieces = pieces.subspan(1);
    }
    if (!pieces.empty()) {
        auto& first = pieces.front();
        first = {static_cast<char*>(first.iov_base) + sent, first.iov_len - sent};
    }
    return pieces;
}

}  // namespace

EightBytes recordHeader(std::uint8_t type, int requestId, std::size_t length) {
    return {kVersion,
            type,
            static_cast<std::uint8_t>(requestId >> 8),
            static_cast<std::uint8_t>(requestId),
            static_cast<std::uint8_t>(length >> 8U),
            static_cast<std::uint8_t>(length),
            0,
            0};
}

bool sendAnswer(int fd, int requestId, std::string_view head, std::string_view body) {
    Records records(requestId, head, body);
    for (auto pieces = records.pieces(); !pieces.empty();) {
        msghdr message{};
        message.msg_iov = pieces.data();
        message.msg_iovlen = std::min(pieces.size(), kMostPieces);
        const auto sent = ::sendmsg(fd, &message, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0) return false;
        pieces = without(pieces, static_cast<std::size_t>(sent));
    }
    return true;
}

}  // namespace claviger::fcgi
