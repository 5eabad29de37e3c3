#pragma once

#include <functional>
#include <map>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "domain/ports/control/tenant_archive.h"
#include "domain/secrets/password.h"
#include "domain/tenants/row_rules.h"

namespace claviger::domain {

struct UserCounts {
    std::size_t approved = 0, pending = 0, suspended = 0;
};

// Checks the rows of an archive that a stranger may have edited. Every value must hold its rule (row_rules.h), and the
// tables must fit each other:
//
//   - each row of an owned table (isOwned) belongs to a user of the archive,
//   - the keys of one lineage belong to one user,
//   - no user has more active keys than the limit for one user,
//   - each sealed password opens.
//
// Each method throws ArchiveRefused, which names the table, the row (from 1), the column and the wanted form, but never
// the value. Keeps one id in memory for each user and each lineage. Not thread-safe.
class RowChecks {
public:
    // Whether a sealed password of that user opens. May be empty only if the archive has no users.
    using Opens = std::function<bool(const UserId&, const secrets::PasswordHash&)>;

    RowChecks(ImportLimits limits, Opens opens) : limits_(limits), opens_(std::move(opens)) {}

    void table(const ArchiveTable&);  // the next one
    void row(const ArchiveCells&);    // the next one of the table
    void end() const;                 // after the last row

    const UserCounts& users() const { return counts_; }               // the users so far, by their status
    std::size_t sealedPasswords() const { return sealedPasswords_; }  // so far

private:
    // The first place of a user's id that must be among the users.
    struct Place {
        std::string table;
        std::size_t row;
    };

    void checkValues(const ArchiveCells&) const;
    void noteKey(const ArchiveCells&);
    void noteOwner(const UserId&);
    void noteUser(const ArchiveCells&);
    template <class IdType>
    IdType idIn(const ArchiveCells&, std::string_view column) const;
    std::size_t place(std::string_view column) const;
    [[noreturn]] void refuse(const Place&, std::string_view column, std::string_view why) const;
    [[noreturn]] void refuse(std::string_view column, std::string_view why) const;

    const ImportLimits limits_;
    const Opens opens_;
    ArchiveTable table_;
    std::vector<const ColumnRule*> rules_;  // of the table's columns
    bool owned_ = false;
    std::size_t row_ = 0;
    UserCounts counts_;
    std::size_t sealedPasswords_ = 0;
    std::unordered_set<UserId, HashOfId> users_;
    std::unordered_map<UserId, Place, HashOfId> owners_;
    std::unordered_map<UserId, std::size_t, HashOfId> activeKeys_;
    std::unordered_map<LineageId, UserId, HashOfId> lineages_;
};

}  // namespace claviger::domain
