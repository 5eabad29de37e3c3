#pragma once

#include <array>
#include <cstdint>
#include <filesystem>

namespace claviger::domain::secrets {

// The 32 bytes, kept in a file outside the database, without which a stolen database verifies no guess.
// Wipes itself; cannot be copied or printed.
class Pepper {
public:
    // Reads "VERSION:64 hexadecimal digits", e.g. "1:0c3f…", one line.
    // Throws UnusableSecret, saying what to do, if the file is missing, unreadable, of another form, or open to
    // accounts other than its owner and group.
    static Pepper load(const std::filesystem::path&);

    // A new random pepper in the form that load() reads, as a file of mode 0600.
    // Throws UnusableSecret if the file exists or cannot be written.
    static void create(const std::filesystem::path&, int version = 1);

    Pepper(Pepper&&) noexcept;
    Pepper& operator=(Pepper&&) = delete;
    Pepper(const Pepper&) = delete;
    Pepper& operator=(const Pepper&) = delete;
    ~Pepper();

    int version() const { return version_; }

private:
    friend class Hasher;
    Pepper() = default;

    int version_ = 0;
    std::array<std::uint8_t, 32> bytes_{};
};

}  // namespace claviger::domain::secrets
