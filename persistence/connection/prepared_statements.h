#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace claviger::persistence {

// Which statements a connection's server has prepared: bounded, and only what comes again while it is remembered, so
// that a thousand tenants by turns cost nothing. The least recently used makes room. Not thread-safe.
class PreparedStatements {
public:
    explicit PreparedStatements(std::size_t capacity = 0) : capacity_(capacity) {}

    struct Use {
        std::string name;
        bool known;  // else the server has to prepare it first; what it knew by that name it forgets
    };

    // How to send the statement, which has a ? for each value; nothing: as it is, as everything that is not prepared
    // yet where no more may be.
    std::optional<Use> use(const std::string& statement, bool mayPrepare = true);

    // Nobody knows what the server has prepared.
    void forget() { entries_.clear(); }

private:
    struct Entry {
        std::string statement;
        std::uint64_t used = 0;
        bool prepared = false;
    };
    Entry& room();

    std::size_t capacity_;
    std::uint64_t uses_ = 0;
    std::vector<Entry> entries_;
};

}  // namespace claviger::persistence
