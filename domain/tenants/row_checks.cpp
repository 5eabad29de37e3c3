#include "domain/tenants/row_checks.h"

#include <algorithm>

#include "domain/model/api_key.h"

namespace claviger::domain {
namespace {

constexpr std::string_view kKeys = "api_keys", kUsers = "users";
constexpr std::string_view kLineage = "lineage_id", kDeletedAt = "deleted_at", kPassword = "password_hash";

}  // namespace

void RowChecks::table(const ArchiveTable& table) {
    table_ = table;
    row_ = 0;
    owned_ = isOwned(table_.name);
    rules_.clear();
    for (const auto& column : table_.columns) {
        rules_.push_back(findRule(table_.name, column.name));
        if (rules_.back() == nullptr)
            throw ArchiveRefused("table " + table_.name + " has the column " + column.name +
                                 ", which this release does not know: import it with the release that wrote it, or a "
                                 "later one");
    }
}

void RowChecks::row(const ArchiveCells& cells) {
    ++row_;
    checkValues(cells);
    if (owned_) noteOwner(idIn<UserId>(cells, kOwnerColumn));
    if (table_.name == kKeys) noteKey(cells);
    if (table_.name == kUsers) noteUser(cells);
}

void RowChecks::checkValues(const ArchiveCells& cells) const {
    for (std::size_t i = 0; i < rules_.size(); ++i) {
        const auto& rule = *rules_[i];
        const auto& cell = cells.at(i);
        const bool holds = cell ? rule.holds(*cell, limits_) : rule.empty == ColumnRule::Empty::kAllowed;
        if (!holds) refuse(table_.columns[i].name, "this is not " + std::string(rule.wanted));
    }
}

void RowChecks::noteKey(const ArchiveCells& cells) {
    const auto user = idIn<UserId>(cells, kOwnerColumn);
    if (lineages_.try_emplace(idIn<LineageId>(cells, kLineage), user).first->second != user)
        refuse(kLineage, "another user has keys of this lineage");
    if (!cells.at(place(kDeletedAt)) && ++activeKeys_[user] > kActiveKeyLimit)
        refuse(kOwnerColumn, "its user has more than " + std::to_string(kActiveKeyLimit) + " active keys");
}

void RowChecks::noteOwner(const UserId& user) {
    owners_.try_emplace(user, Place{table_.name, row_});
}

void RowChecks::noteUser(const ArchiveCells& cells) {
    const auto user = idIn<UserId>(cells, "id");
    users_.insert(user);
    const auto hash = secrets::PasswordHash::fromStored(cells.at(place(kPassword)).value());
    if (hash.sealedWith() && !opens_(user, hash))
        refuse(kPassword,
               "it does not open: its pepper is not configured, or it was sealed for another user or tenant, or "
               "changed since");
    if (hash.sealedWith()) ++sealedPasswords_;
    switch (*userStatusNamed(cells.at(place("status")).value())) {
        case UserStatus::kApproved:
            ++counts_.approved;
            break;
        case UserStatus::kPending:
            ++counts_.pending;
            break;
        case UserStatus::kSuspended:
            ++counts_.suspended;
            break;
    }
}

void RowChecks::end() const {
    for (const auto& [user, place] : owners_)
        if (!users_.contains(user)) refuse(place, kOwnerColumn, "there is no such user in the export");
}

// The column's rule must have been checked before.
template <class IdType>
IdType RowChecks::idIn(const ArchiveCells& cells, std::string_view column) const {
    return *IdType::fromBytes(*cells.at(place(column)));
}

std::size_t RowChecks::place(std::string_view column) const {
    const auto found = std::find_if(table_.columns.begin(), table_.columns.end(),
                                    [&](const ArchiveColumn& other) { return other.name == column; });
    if (found == table_.columns.end())
        throw ArchiveRefused("table " + table_.name + ": the column " + std::string(column) + " is missing");
    return static_cast<std::size_t>(found - table_.columns.begin());
}

void RowChecks::refuse(const Place& place, std::string_view column, std::string_view why) const {
    throw ArchiveRefused("table " + place.table + ", row " + std::to_string(place.row) + ", column " +
                         std::string(column) + ": " + std::string(why));
}

void RowChecks::refuse(std::string_view column, std::string_view why) const {
    refuse({table_.name, row_}, column, why);
}

}  // namespace claviger::domain
