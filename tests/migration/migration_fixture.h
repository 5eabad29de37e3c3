#pragma once

#include <cppunit/TestFixture.h>
#include <cppunit/extensions/HelperMacros.h>

#include <filesystem>
#include <string>

#include "tests/support/test_database.h"

namespace claviger::tests {

// A copy of the shipped migrations that a test may add to and edit. Its tenant is registered but has no schema yet.
class MigrationFixture : public CppUnit::TestFixture {
public:
    void setUp() override;
    void tearDown() override;

protected:
    static TestDatabase& database() { return TestDatabase::instance(); }

    // The migrations in the copied folder, as they are now.
    persistence::Migrator migrator() const;

    void writeTenantMigration(const std::string& name, const std::string& sql) const;
    void removeTenantMigration(const std::string& name) const;

    // Brings the tenant's schema up, as the tool does it.
    void bringUp() const;

    // The text with which the migration is refused; empty if it is not refused.
    std::string refusal() const;

    // Deletes the record of every migration after this one, as if the run had been killed before it recorded them.
    void forgetAfter(int version) const;

    int recorded() const;       // how many migrations the schema has recorded
    int schemaVersion() const;  // as the control schema has it
    bool hasColumn(const std::string& table, const std::string& column) const;

    // A host whose workers are of an earlier release, while this lives.
    class EarlierHost {
    public:
        EarlierHost();
        EarlierHost(const EarlierHost&) = delete;
        EarlierHost& operator=(const EarlierHost&) = delete;
        ~EarlierHost();
    };

    const domain::Tenant& tenant() const { return *tenant_; }
    const std::filesystem::path& folder() const { return folder_; }

private:
    std::filesystem::path folder_;
    std::optional<domain::Tenant> tenant_;
};

}  // namespace claviger::tests
