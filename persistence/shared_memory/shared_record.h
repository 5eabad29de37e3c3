#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <type_traits>

namespace claviger::persistence {

// A value in shared memory that many processes read and write (a seqlock, H.-J. Boehm, "Can seqlocks get along with
// programming language memory models?", 2012). A reader gets a value as one writer has stored it, or none. Neither
// waits. Memory of zeros is a record that holds nothing. Thread-safe, also between processes.
//
// A process that is killed while it writes leaves the record taken: nothing can be read from it or stored in it any
// more. No process takes it over, since its writer may only be stopped, and would go on into another's value.
template <class Value>
class SharedRecord {
    static_assert(std::is_trivially_copyable_v<Value>);

public:
    // Returns a copy. nullopt if nothing is stored, or if a writer is at work.
    std::optional<Value> load() const {
        const auto version = version_.load(std::memory_order_acquire);
        if (version == 0 || isTaken(version)) return std::nullopt;
        Words words;
        for (std::size_t i = 0; i < kWords; ++i) words[i] = words_[i].load(std::memory_order_acquire);
        if (version_.load(std::memory_order_relaxed) != version) return std::nullopt;
        std::array<std::byte, sizeof(Value)> bytes;
        std::memcpy(bytes.data(), words.data(), sizeof(Value));
        return std::bit_cast<Value>(bytes);
    }

    // Stores the value. Returns false, and changes nothing, if another writer is at work.
    bool store(const Value& value) {
        auto version = version_.load(std::memory_order_relaxed);
        if (isTaken(version) || !version_.compare_exchange_strong(version, version + 1, std::memory_order_acquire))
            return false;
        Words words{};
        std::memcpy(words.data(), &value, sizeof(Value));
        // Each word is released: a reader that sees one of them sees the record taken as well.
        for (std::size_t i = 0; i < kWords; ++i) words_[i].store(words[i], std::memory_order_release);
        version_.store(version + 2, std::memory_order_release);
        return true;
    }

    // The first 8 bytes of the value, perhaps of one that is being written. 0 if nothing was ever stored. It spares
    // copying a value that cannot be the one sought.
    std::uint64_t beginning() const { return words_[0].load(std::memory_order_relaxed); }

private:
    static constexpr std::size_t kWords = (sizeof(Value) + sizeof(std::uint64_t) - 1) / sizeof(std::uint64_t);
    using Words = std::array<std::uint64_t, kWords>;

    static bool isTaken(std::uint64_t version) { return version % 2 == 1; }

    std::atomic<std::uint64_t> version_ = 0;  // grows by 2 with each value; odd while a writer is at work
    std::array<std::atomic<std::uint64_t>, kWords> words_{};

    static_assert(std::atomic<std::uint64_t>::is_always_lock_free);
};

}  // namespace claviger::persistence
