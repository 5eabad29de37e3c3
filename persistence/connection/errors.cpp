#include "persistence/connection/errors.h"

#include <algorithm>
#include <array>

namespace claviger::persistence {
namespace {

// Server errors after which a connection is not used again: too many connections, a lost network, shutdown, a node
// outside its cluster (1047), a killed connection (1927), a writer that has become read-only (1290, 1836).
constexpr std::array kLost = {1040U, 1042U, 1043U, 1047U, 1053U, 1077U, 1078U, 1079U, 1080U, 1152U, 1153U, 1154U,
                              1155U, 1156U, 1157U, 1158U, 1159U, 1160U, 1161U, 1184U, 1290U, 1836U, 1927U};

// Errors whose text contains names of accounts, schemas, tables and columns, and never a value.
constexpr std::array kTellable = {1007U, 1044U, 1045U, 1048U, 1049U, 1050U, 1054U, 1060U, 1061U, 1091U, 1142U, 1143U,
                                  1146U, 1205U, 1213U, 1227U, 1305U, 1364U, 1396U, 1406U, 1410U, 1698U, 1959U};

constexpr unsigned kDuplicateEntry = 1062;
constexpr unsigned kSyntax = 1064;

// A lock waited for too long, a deadlock, one prepared statement too many, a table that changed while one was prepared.
constexpr std::array kAgain = {1205U, 1213U, 1461U, 1615U};

template <class Numbers>
bool contains(const Numbers& numbers, unsigned number) {
    return std::find(numbers.begin(), numbers.end(), number) != numbers.end();
}

// "Duplicate entry 'VALUE' for key 'INDEX'", in MySQL 'TABLE.INDEX'. The value may contain the same words, so this
// searches from the end.
std::string indexName(std::string_view text) {
    constexpr std::string_view kBefore = "for key '";
    const auto before = text.rfind(kBefore);
    if (before == std::string_view::npos) return {};
    auto name = text.substr(before + kBefore.size());
    name = name.substr(0, name.find('\''));
    if (const auto dot = name.rfind('.'); dot != std::string_view::npos) name.remove_prefix(dot + 1);
    return std::string(name);
}

std::string describe(const ServerError& error, Carried carried) {
    auto text = "database error " + std::to_string(error.number);
    const bool tellable =
        contains(kTellable, error.number) || (error.number == kSyntax && carried == Carried::kNoValues);
    return tellable ? text + ": " + error.text : text;
}

}  // namespace

bool endsConnection(unsigned number) {
    const bool ofDriver = (number >= 2000 && number < 3000) || (number >= 5000 && number < 6000);
    return ofDriver || contains(kLost, number);
}

void raise(const ServerError& error, Carried carried) {
    if (endsConnection(error.number))
        throw ConnectionLost("database connection lost, error " + std::to_string(error.number));
    if (error.number == kDuplicateEntry) {
        const auto index = indexName(error.text);
        throw DuplicateKey(error.number, "database error 1062: duplicate entry in " + index, index);
    }
    const auto text = describe(error, carried);
    if (contains(kAgain, error.number)) throw Deadlock(error.number, text);
    throw DatabaseError(error.number, text);
}

}  // namespace claviger::persistence
