#pragma once

#include <array>
#include <cstdint>
#include <filesystem>

namespace claviger::domain::secrets {

// The 32 bytes, kept in a file outside the database, without which no guess can be verified with a stolen database.
// It cannot be copied or printed, and it wipes itself.
class Pepper {
public:
    // Reads "VERSION:64 hexadecimal digits", e.g. "1:0c3f…", one line.
    // Throws UnusableSecret, whose text names the fix, if the file is missing, unreadable, of another form, or not
    // private (OneLineSecret::requirePrivate).
    static Pepper load(const std::filesystem::path&);

    // Writes a new random pepper to a new file of mode 0600, in the form that load() reads.
    // Throws UnusableSecret if the file exists or cannot be written in full. An incomplete file is removed.
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
