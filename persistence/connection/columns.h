#pragma once

#include <optional>
#include <stdexcept>
#include <vector>

#include "domain/base/result.h"
#include "domain/model/api_key.h"
#include "persistence/connection/rows.h"
#include "persistence/connection/statement.h"

namespace claviger::persistence {

// Unwraps a stored value that the domain's own parser has read. Throws std::logic_error if the parser refused it: then
// another program has written to the database.
template <class T>
T stored(domain::Result<T> parsed) {
    if (!parsed.ok()) throw std::logic_error("a stored value is not valid: " + parsed.error().detail);
    return std::move(parsed).value();
}
template <class T>
T stored(std::optional<T> parsed) {
    if (!parsed) throw std::logic_error("a stored value is not valid");
    return std::move(*parsed);
}

// The id in a binary column. Throws std::logic_error for a NULL and for bytes that are no id.
template <class IdType>
IdType idAt(const Row& row, std::size_t column) {
    return stored(IdType::fromBytes(row.text(column)));
}

// An id or a hash, for a binary column. nullopt becomes NULL.
template <class T>
Value bytesOf(const T& value) {
    return Bytes{value.bytes()};
}
template <class T>
Value bytesOf(const std::optional<T>& value) {
    return value ? bytesOf(*value) : Value(Null{});
}

// All hashes of the pairs, for `key_hash IN (?)`.
inline ListOfBytes listOf(const std::vector<domain::KeyHashes>& pairs) {
    ListOfBytes hashes;
    for (const auto& pair : pairs) {
        hashes.values.push_back(pair.hash.bytes());
        if (pair.other) hashes.values.push_back(pair.other->bytes());
    }
    return hashes;
}

}  // namespace claviger::persistence
