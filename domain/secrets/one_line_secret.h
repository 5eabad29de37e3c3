#pragma once

#include <cstddef>
#include <filesystem>
#include <stdexcept>
#include <string>

#include "domain/base/result.h"

namespace claviger::domain::secrets {

// A file holds no usable secret. The text says what to do.
class UnusableSecret : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

// A secret as a file or a pipe holds it: a password or a pepper, one line. It cannot be copied or printed, and it wipes
// itself. Every refusal is kInvalidArgument; its detail is a sentence that begins with "the secret" and repeats nothing
// of it.
class OneLineSecret {
public:
    static constexpr std::size_t kMostBytes = 4096;

    // Reads the descriptor to its end. One "\n" or "\r\n" at the end is dropped.
    //   kInvalidArgument  unreadable, empty, or longer than `mostBytes`; it begins with a byte order mark; it holds a
    //                     control character, a second line included
    static Result<OneLineSecret> read(int descriptor, std::size_t mostBytes = kMostBytes);

    // The same from a file.
    static Result<OneLineSecret> load(const std::filesystem::path&, std::size_t mostBytes = kMostBytes);

    // Whether only the file's owner and group can read it, and only its owner can change it. A missing file is refused
    // by load().
    //   kInvalidArgument  other accounts can; detail names the command that closes the file
    static Result<void> requirePrivate(const std::filesystem::path&);

    OneLineSecret(OneLineSecret&&) noexcept;
    OneLineSecret& operator=(OneLineSecret&&) = delete;
    OneLineSecret(const OneLineSecret&) = delete;
    OneLineSecret& operator=(const OneLineSecret&) = delete;
    ~OneLineSecret();

    const std::string& reveal() const { return text_; }

private:
    explicit OneLineSecret(std::string text) : text_(std::move(text)) {}

    std::string text_;
};

}  // namespace claviger::domain::secrets
