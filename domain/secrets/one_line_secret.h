#pragma once

#include <cstddef>
#include <filesystem>
#include <stdexcept>
#include <string>

#include "domain/base/result.h"

namespace claviger::domain::secrets {

// A file holds no usable secret. what() names the fix.
class UnusableSecret : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

// A secret of one line, as a file or a pipe holds it: a password or a pepper. It cannot be copied or printed, and it
// wipes itself. Every refusal is kInvalidArgument. Its detail is a sentence that begins with "the secret", and contains
// no part of the secret.
class OneLineSecret {
public:
    static constexpr std::size_t kMostBytes = 4096;

    // Reads the descriptor to its end, or until the secret is too long. Does not close it. Removes one "\n" or "\r\n"
    // at the end.
    //   kInvalidArgument  unreadable, empty, or longer than `mostBytes`; it begins with a byte order mark; it holds a
    //                     control character, a second line included
    static Result<OneLineSecret> read(int descriptor, std::size_t mostBytes = kMostBytes);

    // Reads a file in the same way.
    static Result<OneLineSecret> load(const std::filesystem::path&, std::size_t mostBytes = kMostBytes);

    // Checks that only the file's owner and group can read it, and only its owner can change it. Returns ok for a
    // missing file, which load() refuses.
    //   kInvalidArgument  other accounts have access; detail names the command that closes the file
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
