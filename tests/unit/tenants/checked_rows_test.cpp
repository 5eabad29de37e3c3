// An import accepts a row of an export only if the domain would have written it.

#include "domain/tenants/checked_rows.h"

#include <cppunit/extensions/HelperMacros.h>

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "domain/tenants/row_rules.h"
#include "tests/support/manual_clock.h"

namespace claviger::tests {
namespace {

using domain::ArchiveCells;
using domain::ArchiveRefused;
using domain::ArchiveTable;
using domain::CellKind;
using domain::CheckedRows;

constexpr std::size_t kMostWork = 1024;

using Row = std::map<std::string, std::optional<std::string>>;

// Tables with rows, in memory.
class FakeSource final : public domain::ArchiveSource {
public:
    void add(const std::string& table, const std::vector<Row>& rows) {
        ArchiveTable added{table, {}};
        for (const auto& [column, cell] : rows.at(0)) added.columns.push_back({column, CellKind::kText});
        tables_.push_back({added, rows});
    }

    domain::ArchiveHead head() override { throw std::logic_error("not read here"); }
    std::optional<ArchiveTable> table() override {
        row_ = 0;
        return next_ < tables_.size() ? std::optional(tables_[next_++].first) : std::nullopt;
    }
    std::optional<ArchiveCells> row() override {
        const auto& rows = tables_.at(next_ - 1).second;
        if (row_ == rows.size()) return std::nullopt;
        ArchiveCells cells;
        for (const auto& [column, cell] : rows[row_]) cells.push_back(cell);
        ++row_;
        return cells;
    }

private:
    std::vector<std::pair<ArchiveTable, std::vector<Row>>> tables_;
    std::size_t next_ = 0, row_ = 0;
};

class CheckedRowsTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(CheckedRowsTest);
    CPPUNIT_TEST(handsOnWhatTheDomainWouldWrite);
    CPPUNIT_TEST(handsOnMomentsOfAClockThatWasAhead);
    CPPUNIT_TEST(refusesEveryOtherValueByTableRowAndColumn);
    CPPUNIT_TEST(refusesAnEmptyValueWhereOneHasToBe);
    CPPUNIT_TEST(neverShowsTheValue);
    CPPUNIT_TEST(refusesARowOfNoUserOfTheExport);
    CPPUNIT_TEST(checksTheUserOfEveryOwnedTable);
    CPPUNIT_TEST(refusesALineageOfTwoUsers);
    CPPUNIT_TEST(refusesASealedPasswordThatDoesNotOpen);
    CPPUNIT_TEST(refusesMoreActiveKeysThanAUserMayHave);
    CPPUNIT_TEST(refusesAColumnThatItDoesNotKnow);
    CPPUNIT_TEST(refusesATableWithoutAColumnThatItNeeds);
    CPPUNIT_TEST(takesSessionsAsTheyAre);
    CPPUNIT_TEST(countsTheUsersByTheirStatus);
    CPPUNIT_TEST_SUITE_END();

    const domain::Timestamp now_ = ManualClock().now();
    const std::string ann_ = domain::UserId::make(now_).bytes(), bob_ = domain::UserId::make(now_).bytes();
    const std::string digest_ = std::string(32, '\x01');
    const std::string hash_ = "$argon2id$v=19$m=19456,t=2,p=1$" + std::string(22, 'A') + "$" + std::string(43, 'A');

    const std::string sealed_ = "$sealed-argon2id$v=19$m=19456,t=2,p=1$3$" + std::string(118, 'A');

    static std::string newId(domain::Timestamp at) { return domain::ApiKeyId::make(at).bytes(); }

    Row user(const std::string& id) const {
        return {{"id", id},
                {"email", "ann@acme.example"},
                {"name", "Ann"},
                {"status", "approved"},
                {"password_hash", hash_},
                {"created_at", "2020-01-01 10:00:00.000000"}};
    }

    Row key(const std::string& user) const {
        return {{"id", newId(now_)},
                {"user_id", user},
                {"name", "Scripts"},
                {"lineage_id", newId(now_)},
                {"generation", "1"},
                {"key_hash", digest_},
                {"pepper_version", "1"},
                {"key_prefix", "pk_live_aB3z"},
                {"once_hash", std::nullopt},
                {"created_at", "2020-01-01 10:00:00.000000"},
                {"last_used_at", std::nullopt},
                {"deleted_at", std::nullopt},
                {"use_count", "0"},
                {"last_used_address", ""},
                {"last_user_agent", "curl/8.0"},
                {"expires_at", std::nullopt},
                {"disabled_at", std::nullopt},
                {"disabled_by", std::nullopt}};
    }

    Row event() const {
        return {{"id", newId(now_)},       {"happened_at", "2020-01-01 10:00:00.000000"},
                {"action", "key_created"}, {"user_id", std::nullopt},
                {"key_id", std::nullopt},  {"request_id", std::string(32, 'a')},
                {"address", "tool:root"}};
    }

    Row device(const std::string& user) const {
        return {{"user_id", user},
                {"device_hash", digest_},
                {"first_seen_at", "2020-01-01 10:00:00.000000"},
                {"last_seen_at", "2020-01-01 10:00:00.000000"}};
    }

    Row change() const { return {{"user_id", ann_}, {"whole_at", "2020-01-01 10:00:00.000000"}}; }

    Row attempt() const { return {{"id", "1"}, {"budget_hash", digest_}, {"failed_at", "2020-01-01 10:00:00.000000"}}; }

    // A row of each table that is restored.
    std::map<std::string, Row> samples() const {
        return {{"api_keys", key(ann_)},         {"key_changes", change()},     {"audit_events", event()},
                {"known_devices", device(ann_)}, {"login_attempts", attempt()}, {"users", user(ann_)}};
    }

    static void put(Row& row, const Row& others) {
        for (const auto& [column, cell] : others) row.at(column) = cell;
    }

    // The tables in the order of an export.
    FakeSource sourceOf(const std::vector<Row>& keys, const std::vector<Row>& users) const {
        FakeSource source;
        if (!keys.empty()) source.add("api_keys", keys);
        source.add("audit_events", {event()});
        source.add("known_devices", {device(ann_)});
        source.add("login_attempts", {attempt()});
        source.add("users", users);
        return source;
    }

    domain::UserCounts read(FakeSource source, std::size_t sealed = 0) const {
        CheckedRows rows(source, {kMostWork}, [&](const domain::UserId& user, const domain::secrets::PasswordHash&) {
            return user.bytes() == ann_;  // the sealed password was sealed for her
        });
        while (rows.table())
            while (rows.row()) continue;
        CPPUNIT_ASSERT_EQUAL(sealed, rows.sealedPasswords());
        return rows.users();
    }

    std::string refusal(FakeSource source) const {
        try {
            (void)read(std::move(source));
        } catch (const ArchiveRefused& refused) {
            return refused.what();
        }
        return "taken";
    }

    // The refusal of a second row of the table that has these values.
    std::string refusalOf(const std::string& table, const Row& values) const {
        std::vector<Row> rows{samples().at(table), table == "users" ? user(bob_) : samples().at(table)};
        put(rows.at(1), values);
        FakeSource source;
        source.add(table, rows);
        if (table != "users") source.add("users", {user(ann_)});
        return refusal(std::move(source));
    }

    void handsOnWhatTheDomainWouldWrite() {
        auto dead = key(ann_);
        put(dead, {{"generation", "7"},
                   {"once_hash", digest_},
                   {"last_used_at", "2020-02-29 23:59:59.999999"},
                   {"deleted_at", "2020-03-01 00:00:00.000000"},
                   {"last_used_address", "2001:db8::1"},
                   {"use_count", "123456789012"}});
        auto longName = user(bob_);
        put(longName, {{"email", std::string(200, 'b') + "@acme.example"}, {"name", std::string(200, 'b')}});
        CPPUNIT_ASSERT_EQUAL(std::string("taken"), refusal(sourceOf({key(ann_), dead}, {user(ann_), longName})));
    }

    // Such a row exists. A backup that contains it must be restorable.
    void handsOnMomentsOfAClockThatWasAhead() {
        const auto ahead = newId(now_ + std::chrono::days{365 * 20});
        const Row places[] = {{{"created_at", "2099-12-31 23:59:59.999999"}}, {{"id", ahead}, {"lineage_id", ahead}}};
        for (const auto& values : places) CPPUNIT_ASSERT_EQUAL(std::string("taken"), refusalOf("api_keys", values));
        CPPUNIT_ASSERT_EQUAL(std::string("taken"),
                             refusalOf("login_attempts", {{"failed_at", "2060-01-01 00:00:00.000000"}}));
    }

    void refusesEveryOtherValueByTableRowAndColumn() {
        auto version4 = ann_;
        version4[6] = static_cast<char>(0x40 | (version4[6] & 0x0f));
        const std::string moments[] = {"",
                                       "2100-01-01 00:00:00.000000",
                                       "1969-12-31 23:59:59.999999",
                                       "2020-02-30 00:00:00.000000",
                                       "2020-01-01 24:00:00.000000",
                                       "2020-01-01 10:00:00",
                                       "20200101100000"};
        const std::string ids[] = {
            "", ann_ + "x", std::string(16, '\0'), std::string(16, '\xff'), version4, newId(domain::kEndOfMoments)};
        const std::string digests[] = {"", std::string(31, 'a'), std::string(33, 'a')};
        const std::string numbers[] = {"-1", "1000000000000001", "9223372036854775807", "x", ""};
        const std::string lines[] = {"a\nb", "\x1b[31m", "\xff", std::string(65, 'a')};
        const std::string argon = "$argon2id$v=19$m=", tail = "$" + std::string(22, 'A') + "$" + std::string(43, 'A');

        std::vector<std::tuple<std::string, std::string, std::string>> bad;
        const auto all = [&](const std::string& table, std::initializer_list<const char*> columns, const auto& values) {
            for (const auto* column : columns)
                for (const auto& value : values) bad.emplace_back(table, column, value);
        };
        all("api_keys", {"created_at", "last_used_at", "deleted_at", "disabled_at"}, moments);
        all("api_keys", {"expires_at"},
            std::vector<std::string>{"", "2027-01-01", "1969-12-31 23:59:59.999999", "3000-01-01 00:00:00.000000"});
        all("api_keys", {"disabled_by"}, std::vector<std::string>{"", "0", "3", "owner"});
        all("audit_events", {"happened_at"}, moments);
        all("key_changes", {"whole_at"}, moments);
        all("known_devices", {"first_seen_at", "last_seen_at"}, moments);
        all("login_attempts", {"failed_at"}, moments);
        all("users", {"created_at"}, moments);
        all("api_keys", {"id", "user_id", "lineage_id"}, ids);
        all("audit_events", {"id", "user_id", "key_id"}, ids);
        all("known_devices", {"user_id"}, ids);
        all("key_changes", {"user_id"}, ids);
        all("users", {"id"}, ids);
        all("api_keys", {"key_hash", "once_hash"}, digests);
        all("known_devices", {"device_hash"}, digests);
        all("login_attempts", {"budget_hash"}, digests);
        all("api_keys", {"generation", "pepper_version", "use_count"}, numbers);
        all("api_keys", {"generation", "pepper_version"}, std::vector<std::string>{"0", "1000000001"});
        all("login_attempts", {"id"}, numbers);
        all("audit_events", {"request_id", "address"}, lines);
        all("api_keys", {"last_used_address"}, lines);
        all("api_keys", {"name"}, std::vector<std::string>{"", " x", "x ", "a\nb", "\xff", std::string(101, 'a')});
        all("api_keys", {"key_prefix"},
            std::vector<std::string>{"", "pk_live_aB3", "pk_live_aB3zz", "pk_test_aB3z", "pk_live_aB3-"});
        all("api_keys", {"last_user_agent"}, std::vector<std::string>{"a\nb", "ü", std::string(201, 'a')});
        all("audit_events", {"action"}, std::vector<std::string>{"", "Key", "key-created", std::string(33, 'a')});
        all("users", {"email"},
            std::vector<std::string>{"", "ann", "Ann@acme.example", " ann@acme.example", "a@b@c", "a\n@b",
                                     std::string(250, 'a') + "@b.example"});
        all("users", {"name"}, std::vector<std::string>{"", " Ann", "a\nb", "\xff", std::string(260, 'a')});
        all("users", {"status"}, std::vector<std::string>{"", "Approved", "admin", "approved "});
        all("users", {"password_hash"},
            std::vector<std::string>{"", "secret", "$2b$10$abcdefghijklmnopqrstuv", argon + "4194304,t=100,p=1" + tail,
                                     argon + "1048576,t=2,p=1" + tail, argon + "65536,t=17,p=1" + tail,
                                     argon + "8,t=1,p=1" + tail, argon + "19456,t=0,p=1" + tail,
                                     argon + "19456,t=2,p=4" + tail, argon + "019456,t=2,p=1" + tail,
                                     argon + "19456,t=2,p=1" + tail + "A", argon + "19456,t=2,p=1$AAAA$AAAA",
                                     "$argon2i$v=19$m=19456,t=2,p=1" + tail, hash_ + "\n"});
        CPPUNIT_ASSERT(bad.size() > 150);
        for (const auto& [table, column, value] : bad) {
            const auto why = refusalOf(table, {{column, value}});
            const auto place = "table " + table + ", row 2, column " + column + ": this is not ";
            CPPUNIT_ASSERT_MESSAGE(table + "." + column + " took \"" + value + "\": " + why, why.starts_with(place));
        }
    }

    void refusesAnEmptyValueWhereOneHasToBe() {
        const std::set<std::string> mayBeEmpty{"api_keys.once_hash",   "api_keys.last_used_at", "api_keys.deleted_at",
                                               "api_keys.expires_at",  "api_keys.disabled_at",  "api_keys.disabled_by",
                                               "audit_events.user_id", "audit_events.key_id"};
        for (const auto table : domain::knownTables())
            if (domain::isRestored(table))
                CPPUNIT_ASSERT_MESSAGE(std::string(table), samples().contains(std::string(table)));
        for (const auto& [table, row] : samples())
            for (const auto& [column, cell] : row) {
                const auto why = refusalOf(table, {{column, std::nullopt}});
                const bool taken = why == "taken";
                CPPUNIT_ASSERT_EQUAL_MESSAGE(table + "." + column + ": " + why,
                                             mayBeEmpty.contains(table + "." + column), taken);
            }
    }

    void neverShowsTheValue() {
        const auto why = refusalOf("users", {{"email", "\x1b[31mhostile"}});
        CPPUNIT_ASSERT(why.find("hostile") == std::string::npos && why.find('\x1b') == std::string::npos);
    }

    void refusesARowOfNoUserOfTheExport() {
        CPPUNIT_ASSERT_EQUAL(std::string("table api_keys, row 2, column user_id: there is no such user in the export"),
                             refusal(sourceOf({key(ann_), key(bob_)}, {user(ann_)})));
        CPPUNIT_ASSERT_EQUAL(
            std::string("table known_devices, row 1, column user_id: there is no such user in the export"),
            refusal(sourceOf({}, {user(bob_)})));
        CPPUNIT_ASSERT_EQUAL(
            std::string("table key_changes, row 2, column user_id: there is no such user in the export"),
            refusalOf("key_changes", {{"user_id", bob_}}));
    }

    // Each table with a user in its sample, also one that comes later. The sample of an event has none.
    void checksTheUserOfEveryOwnedTable() {
        for (const auto& [table, row] : samples()) {
            const bool owned = row.contains("user_id") && row.at("user_id");
            CPPUNIT_ASSERT_EQUAL_MESSAGE(table, owned, domain::isOwned(table));
            if (owned)
                CPPUNIT_ASSERT_EQUAL("table " + table + ", row 2, column user_id: there is no such user in the export",
                                     refusalOf(table, {{"user_id", bob_}}));
        }
        CPPUNIT_ASSERT(!domain::isOwned("sessions") && !domain::isOwned("dead_keys"));
        CPPUNIT_ASSERT_EQUAL(std::string("taken"), refusalOf("audit_events", {{"user_id", bob_}}));
    }

    void refusesASealedPasswordThatDoesNotOpen() {
        auto ann = user(ann_), bob = user(bob_);
        ann.at("password_hash") = bob.at("password_hash") = sealed_;
        bob.at("email") = "bob@acme.example";
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, read(sourceOf({key(ann_)}, {ann}), 1).approved);
        const auto why = refusal(sourceOf({key(ann_)}, {ann, bob}));
        CPPUNIT_ASSERT_MESSAGE(why, why.starts_with("table users, row 2, column password_hash: it does not open"));
    }

    void refusesALineageOfTwoUsers() {
        auto first = key(ann_), second = key(bob_);
        put(second, {{"lineage_id", first.at("lineage_id")}});
        CPPUNIT_ASSERT_EQUAL(
            std::string("table api_keys, row 2, column lineage_id: another user has keys of this lineage"),
            refusal(sourceOf({first, second}, {user(ann_), user(bob_)})));
    }

    void refusesMoreActiveKeysThanAUserMayHave() {
        std::vector<Row> keys;
        for (int i = 0; i < 500; ++i) keys.push_back(key(ann_));
        auto dead = key(ann_);
        put(dead, {{"deleted_at", "2020-03-01 00:00:00.000000"}});
        keys.push_back(dead);
        CPPUNIT_ASSERT_EQUAL(std::string("taken"), refusal(sourceOf(keys, {user(ann_)})));
        keys.push_back(key(ann_));
        CPPUNIT_ASSERT_EQUAL(
            std::string("table api_keys, row 502, column user_id: its user has more than 500 active keys"),
            refusal(sourceOf(keys, {user(ann_)})));
    }

    void refusesAColumnThatItDoesNotKnow() {
        for (const auto* table : {"users", "secrets"}) {
            FakeSource source;
            source.add(table, {{{"is_admin", "1"}}});
            CPPUNIT_ASSERT(
                refusal(std::move(source)).find("has the column is_admin, which this release does not know") !=
                std::string::npos);
        }
    }

    void refusesATableWithoutAColumnThatItNeeds() {
        auto row = key(ann_);
        row.erase("lineage_id");
        CPPUNIT_ASSERT_EQUAL(std::string("table api_keys: the column lineage_id is missing"),
                             refusal(sourceOf({row}, {user(ann_)})));
    }

    void takesSessionsAsTheyAre() {
        FakeSource source;
        source.add("sessions", {{{"token_hash", "none"}, {"of_later", std::nullopt}}});
        CPPUNIT_ASSERT_EQUAL(std::string("taken"), refusal(std::move(source)));
    }

    void countsTheUsersByTheirStatus() {
        auto pending = user(bob_), suspended = user(domain::UserId::make(now_).bytes());
        put(pending, {{"status", "pending"}});
        put(suspended, {{"status", "suspended"}});
        const auto counts = read(sourceOf({}, {user(ann_), pending, suspended, suspended}));
        CPPUNIT_ASSERT(counts.approved == 1 && counts.pending == 1 && counts.suspended == 2);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(CheckedRowsTest);

}  // namespace
}  // namespace claviger::tests
