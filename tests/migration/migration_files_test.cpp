// The form that a folder of migrations must have. It needs no database.

#include "persistence/schema/migration_files.h"

#include <cppunit/TestFixture.h>
#include <cppunit/extensions/HelperMacros.h>

#include <fstream>
#include <stdexcept>

#include "tests/support/test_database.h"

namespace claviger::tests {

namespace fs = std::filesystem;

class MigrationFilesTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(MigrationFilesTest);
    CPPUNIT_TEST(readsThemInTheirOrderWithTheirChecksums);
    CPPUNIT_TEST(whatIsNoSqlFileIsNoMigration);
    CPPUNIT_TEST(refusesAGap);
    CPPUNIT_TEST(refusesANumberGivenTwice);
    CPPUNIT_TEST(refusesANameOfAnotherForm);
    CPPUNIT_TEST(refusesAnEmptyAndAMissingFolder);
    CPPUNIT_TEST(readsABaselineByItsNumber);
    CPPUNIT_TEST(refusesABaselineOfTwoNumbers);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        folder_ = fs::temp_directory_path() / uniqueName();
        fs::create_directory(folder_);
    }
    void tearDown() override { fs::remove_all(folder_); }

private:
    void write(const std::string& file, const std::string& text = "DO 1") { std::ofstream(folder_ / file) << text; }

    std::string refusal() {
        try {
            (void)persistence::readMigrations(folder_);
        } catch (const std::runtime_error& error) {
            return error.what();
        }
        return {};
    }

    void readsThemInTheirOrderWithTheirChecksums() {
        write("0002_b.sql", "abc");
        write("0001_a.sql", "");
        const auto files = persistence::readMigrations(folder_);
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, files.size());
        CPPUNIT_ASSERT_EQUAL(1, files[0].version);
        CPPUNIT_ASSERT_EQUAL(std::string("0002_b"), files[1].name);
        CPPUNIT_ASSERT_EQUAL(std::string("abc"), files[1].text);
        CPPUNIT_ASSERT_EQUAL(std::string("\xBA\x78\x16\xBF"), files[1].checksum.substr(0, 4));  // FIPS 180-2's "abc"
        CPPUNIT_ASSERT_EQUAL(std::size_t{32}, files[1].checksum.size());
    }

    void whatIsNoSqlFileIsNoMigration() {
        write("0001_a.sql");
        write("README.md");
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, persistence::readMigrations(folder_).size());
    }

    void refusesAGap() {
        write("0001_a.sql");
        write("0003_c.sql");
        CPPUNIT_ASSERT(refusal().find("0003_c") != std::string::npos);
    }

    void refusesANumberGivenTwice() {
        write("0001_a.sql");
        write("0001_b.sql");
        CPPUNIT_ASSERT(!refusal().empty());
    }

    void refusesANameOfAnotherForm() {
        write("1_a.sql");
        CPPUNIT_ASSERT(refusal().find("1_a.sql") != std::string::npos);
    }

    void refusesAnEmptyAndAMissingFolder() {
        CPPUNIT_ASSERT(refusal().find(folder_.string()) != std::string::npos);
        fs::remove(folder_);
        CPPUNIT_ASSERT(refusal().find(folder_.string()) != std::string::npos);
    }

    void readsABaselineByItsNumber() {
        write("0017_b.sql", "abc");
        write("0017_a.sql");
        const auto baseline = persistence::readBaseline(folder_);
        CPPUNIT_ASSERT_EQUAL(17, baseline.version);
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, baseline.tables.size());
        CPPUNIT_ASSERT_EQUAL(std::string("0017_b"), baseline.tables[1].name);
        CPPUNIT_ASSERT_EQUAL(std::string("abc"), baseline.tables[1].text);
    }

    void refusesABaselineOfTwoNumbers() {
        write("0017_a.sql");
        write("0018_b.sql");
        CPPUNIT_ASSERT_THROW_MESSAGE("0018_b", (void)persistence::readBaseline(folder_), std::runtime_error);
    }

    fs::path folder_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(MigrationFilesTest);

}  // namespace claviger::tests
