// Tenants by host come from the cache while the fence holds, and all are cached by one query.

#include "domain/tenants/cached_directory.h"

#include <cppunit/extensions/HelperMacros.h>

#include <map>
#include <stdexcept>
#include <string>

#include "domain/ports/tenant/tenant_stores.h"
#include "tests/support/hand_fence.h"

namespace claviger::tests {
namespace {

using domain::HostName;
using domain::SharedTenant;

constexpr int kTenants = 20;

HostName hostOf(int number) {
    return HostName::parse("t" + std::to_string(number) + ".example").value();
}

// Counts its queries.
struct CountingDirectory final : domain::TenantDirectory {
    SharedTenant findByHost(const HostName& host) const override {
        ++single;
        if (gone) throw domain::StorageUnavailable("gone");
        const auto found = tenants.find(host);
        return found == tenants.end() ? nullptr : found->second;
    }
    bool isOpen(const domain::TenantId&) const override { return true; }
    std::vector<domain::HostedTenant> list(std::size_t most) const override {
        ++ofAll;
        if (gone) throw domain::StorageUnavailable("gone");
        if (hasBadRow) throw std::logic_error("a stored value is not valid");
        std::vector<domain::HostedTenant> hosts;
        for (const auto& [host, tenant] : tenants)
            if (hosts.size() < most) hosts.push_back({host, tenant});
        return hosts;
    }

    std::map<HostName, SharedTenant> tenants;
    bool gone = false, hasBadRow = false;
    mutable int single = 0, ofAll = 0;
};

class CachedDirectoryTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(CachedDirectoryTest);
    CPPUNIT_TEST(cachesAllTenantsByOneQuery);
    CPPUNIT_TEST(findsANewTenantAtOnce);
    CPPUNIT_TEST(readsATenantAnewOnceItsShardWasBumped);
    CPPUNIT_TEST(guessedHostsDoNotReadAllEachTime);
    CPPUNIT_TEST(readsNoListWithoutALease);
    CPPUNIT_TEST(cachesNoListThatIsLongerThanItsPlaces);
    CPPUNIT_TEST(aBadRowConcernsNoOtherTenant);
    CPPUNIT_TEST(throwsWithoutTheDatabaseAndReadsItOnce);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        for (int i = 0; i < kTenants; ++i) add(i);
    }

private:
    void add(int number) {
        const auto slug = domain::TenantSlug::parse("t" + std::to_string(number)).value();
        directory_.tenants[hostOf(number)] = std::make_shared<domain::Tenant>(
            domain::Tenant{domain::TenantId::make(domain::SystemClock().now()), slug, slug.text(),
                           domain::TenantStatus::kActive, domain::SchemaName::of(slug), 1});
    }
    domain::TenantId idOf(int number) const { return directory_.tenants.at(hostOf(number))->id; }
    bool finds(int number) {
        const auto tenant = cached_.findByHost(hostOf(number));
        return tenant && tenant->id == idOf(number);
    }

    void cachesAllTenantsByOneQuery() {
        for (int round = 0; round < 2; ++round)
            for (int i = 0; i < kTenants; ++i) CPPUNIT_ASSERT(finds(i));
        CPPUNIT_ASSERT_EQUAL(1, directory_.ofAll);
        CPPUNIT_ASSERT_EQUAL(0, directory_.single);
    }

    void findsANewTenantAtOnce() {
        CPPUNIT_ASSERT(finds(0));
        add(kTenants);
        CPPUNIT_ASSERT(finds(kTenants));
        CPPUNIT_ASSERT(finds(kTenants));
        CPPUNIT_ASSERT_EQUAL(1, directory_.single);
    }

    void readsATenantAnewOnceItsShardWasBumped() {
        CPPUNIT_ASSERT(finds(3));
        const auto id = idOf(3);
        directory_.tenants.erase(hostOf(3));
        fence_.bump({shardOf(id)});
        CPPUNIT_ASSERT(!cached_.findByHost(hostOf(3)));
    }

    void guessedHostsDoNotReadAllEachTime() {
        for (int i = 0; i < 100; ++i) CPPUNIT_ASSERT(!cached_.findByHost(hostOf(1000 + i)));
        CPPUNIT_ASSERT_EQUAL(1, directory_.ofAll);
        CPPUNIT_ASSERT_EQUAL(100, directory_.single);
    }

    void readsNoListWithoutALease() {
        fence_.fresh = false;
        CPPUNIT_ASSERT(finds(0));
        CPPUNIT_ASSERT_EQUAL(0, directory_.ofAll);
        CPPUNIT_ASSERT_EQUAL(1, directory_.single);
    }

    void cachesNoListThatIsLongerThanItsPlaces() {
        for (int i = kTenants; i <= static_cast<int>(domain::CachedDirectory::kMostCached); ++i) add(i);
        CPPUNIT_ASSERT(finds(0));
        CPPUNIT_ASSERT(finds(1));
        CPPUNIT_ASSERT_EQUAL(1, directory_.ofAll);
        CPPUNIT_ASSERT_EQUAL(2, directory_.single);
    }

    void aBadRowConcernsNoOtherTenant() {
        directory_.hasBadRow = true;
        CPPUNIT_ASSERT(finds(0));
        CPPUNIT_ASSERT(finds(1));
    }

    void throwsWithoutTheDatabaseAndReadsItOnce() {
        directory_.gone = true;
        CPPUNIT_ASSERT_THROW(cached_.findByHost(hostOf(0)), domain::StorageUnavailable);
        CPPUNIT_ASSERT_EQUAL(1, directory_.ofAll + directory_.single);
    }

    CountingDirectory directory_;
    HandFence fence_;
    domain::CachedDirectory cached_{directory_, fence_};
};

CPPUNIT_TEST_SUITE_REGISTRATION(CachedDirectoryTest);

}  // namespace
}  // namespace claviger::tests
