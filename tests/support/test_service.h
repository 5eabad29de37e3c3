#pragma once

#include <map>
#include <string>

#include "domain/model/tenant.h"
#include "domain/model/user.h"
#include "fcgi/composition.h"
#include "tests/support/browser.h"
#include "tests/support/test_database.h"

namespace claviger::tests {

// A new tenant for one test, in the real database, served by the real composition.
class TestTenant {
public:
    static constexpr auto kOwner = "owner@example.com";
    static constexpr auto kPassword = "correct horse battery";

    TestTenant();  // has one approved user, kOwner

    void addUser(const std::string& email, domain::UserStatus status = domain::UserStatus::kApproved);
    Browser browser(const std::string& scheme = "http") const;
    Browser signedIn(const std::string& email = kOwner) const;

    const std::string& host() const { return host_; }
    std::string authority() const { return host_ + ":8080"; }

    // Returns how many rows of the tenant's table match, e.g. count("api_keys WHERE deleted_at IS NULL").
    std::int64_t count(const std::string& tableAndCondition) const;

    // Returns how many rows each of the tenant's tables has, by the name of the table.
    std::map<std::string, std::int64_t> rowCounts() const;

    // Runs a statement that brings the tenant into a state, e.g. execute("UPDATE {schema}.users SET …").
    void execute(const std::string& sql) const;

    const domain::Tenant& tenant() const { return tenant_; }

private:
    std::string host_;
    domain::Tenant tenant_;
};

// The application of this process. It has one composition over the test's database, made as a worker makes it.
const fcgi::Application& application();

// A key that was made through the API: its id and its full key.
struct MadeKey {
    std::string id;
    std::string fullKey;
};
// Throws std::runtime_error if the API refuses.
MadeKey makeKey(Browser&, const std::string& name);

}  // namespace claviger::tests
