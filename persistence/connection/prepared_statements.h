#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace claviger::persistence {

// An LRU list of the statements of one connection. It records which ones the server has prepared. A statement is
// prepared at its second use while it is in the list. So a thousand tenants by turns prepare nothing. It sends nothing
// itself. Not thread-safe.
class PreparedStatements {
public:
    // At most `capacity` entries. 0: nothing is ever prepared.
    explicit PreparedStatements(std::size_t capacity = 0) : capacity_(capacity) {}

    struct Use {
        std::string name;
        bool known;  // false: the caller must send PREPARE first; it replaces an earlier statement of that name
    };

    // Counts one use of the statement, which has a `?` for each value. Returns the name to execute it by, and takes it
    // for prepared from now on. nullopt: send it unprepared. This is the first use, or it is not prepared yet and
    // `mayPrepare` is false.
    std::optional<Use> use(const std::string& statement, bool mayPrepare = true);

    // Clears the list, for a server whose prepared statements are no longer known.
    void forget() { entries_.clear(); }

private:
    struct Entry {
        std::string statement;
        std::uint64_t used = 0;
        bool prepared = false;
    };
    Entry& room();  // a new entry, or the least recently used one

    std::size_t capacity_;
    std::uint64_t uses_ = 0;
    std::vector<Entry> entries_;
};

}  // namespace claviger::persistence
