// A record in shared memory is whole or absent, also when its writer is killed.

#include "persistence/shared_memory/shared_record.h"

#include <cppunit/extensions/HelperMacros.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>
#include <vector>

namespace claviger::tests {
namespace {

using namespace std::chrono_literals;

// Whole if all its numbers are equal.
using Value = std::array<std::uint64_t, 13>;
using Record = persistence::SharedRecord<Value>;

Value valueOf(std::uint64_t number) {
    Value value;
    value.fill(number);
    return value;
}

bool isWhole(const Value& value) {
    return std::all_of(value.begin(), value.end(), [&](std::uint64_t number) { return number == value[0]; });
}

// Memory that this process shares with its children.
class SharedRecords {
public:
    explicit SharedRecords(std::size_t count)
        : count_(count),
          memory_(::mmap(nullptr, count * sizeof(Record), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)) {
        CPPUNIT_ASSERT(memory_ != MAP_FAILED);
    }
    ~SharedRecords() { ::munmap(memory_, count_ * sizeof(Record)); }
    SharedRecords(const SharedRecords&) = delete;
    SharedRecords& operator=(const SharedRecords&) = delete;

    Record& operator[](std::size_t i) { return static_cast<Record*>(memory_)[i]; }

private:
    const std::size_t count_;
    void* const memory_;
};

class SharedRecordTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(SharedRecordTest);
    CPPUNIT_TEST(holdsNothingAtFirst);
    CPPUNIT_TEST(returnsTheLastValue);
    CPPUNIT_TEST(givesEachReaderAWholeValue);
    CPPUNIT_TEST(staysTakenWhereAWriterDied);
    CPPUNIT_TEST(isWholeOrAbsentAfterAKill);
    CPPUNIT_TEST_SUITE_END();

    void holdsNothingAtFirst() {
        SharedRecords records(1);
        CPPUNIT_ASSERT(!records[0].load());
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, records[0].beginning());
    }

    void returnsTheLastValue() {
        SharedRecords records(1);
        for (const std::uint64_t number : {7UL, 8UL}) {
            CPPUNIT_ASSERT(records[0].store(valueOf(number)));
            CPPUNIT_ASSERT(records[0].load() == valueOf(number));
            CPPUNIT_ASSERT_EQUAL(number, records[0].beginning());
        }
    }

    void givesEachReaderAWholeValue() {
        SharedRecords records(1);
        std::atomic<bool> ends = false;
        std::atomic<int> reads = 0, broken = 0;
        std::vector<std::thread> threads;
        for (std::uint64_t writer = 1; writer <= 2; ++writer)
            threads.emplace_back([&, writer] {
                for (auto number = writer; !ends; number += 2) records[0].store(valueOf(number));
            });
        for (int reader = 0; reader < 2; ++reader)
            threads.emplace_back([&] {
                while (!ends) {
                    const auto value = records[0].load();
                    if (!value) continue;
                    ++reads;
                    if (!isWhole(*value)) ++broken;
                }
            });
        const auto end = std::chrono::steady_clock::now() + 20s;
        while (reads <= 1000 && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(5ms);
        ends = true;
        for (auto& thread : threads) thread.join();
        CPPUNIT_ASSERT(reads > 1000);
        CPPUNIT_ASSERT_EQUAL(0, broken.load());
    }

    // As a writer leaves it that is killed between its first and its last step.
    void staysTakenWhereAWriterDied() {
        SharedRecords records(1);
        CPPUNIT_ASSERT(records[0].store(valueOf(7)));
        auto& version = reinterpret_cast<std::atomic<std::uint64_t>&>(records[0]);
        ++version;
        CPPUNIT_ASSERT(!records[0].load());
        CPPUNIT_ASSERT(!records[0].store(valueOf(8)));
        CPPUNIT_ASSERT(!records[0].load());
    }

    // Each kill has records of its own: one that a killed writer has left stays taken.
    void isWholeOrAbsentAfterAKill() {
        constexpr std::size_t kRecords = 64;
        constexpr int kKills = 100;
        std::size_t taken = 0;  // by killed writers
        for (int kill = 0; kill < kKills; ++kill) {
            SharedRecords records(kRecords);
            for (std::size_t i = 0; i < kRecords; ++i) CPPUNIT_ASSERT(records[i].store(valueOf(i)));
            const auto child = ::fork();
            CPPUNIT_ASSERT(child >= 0);
            if (child == 0)
                for (std::uint64_t number = 1;; ++number) records[number % kRecords].store(valueOf(number));
            std::this_thread::sleep_for(std::chrono::microseconds(2000 + 37 * kill));
            ::kill(child, SIGKILL);
            ::waitpid(child, nullptr, 0);
            std::size_t absent = 0;
            for (std::size_t i = 0; i < kRecords; ++i) {
                const auto value = records[i].load();
                CPPUNIT_ASSERT(!value || isWhole(*value));
                if (!value) ++absent;
            }
            taken += absent;
            CPPUNIT_ASSERT(absent <= 1);  // the one that the child was writing
        }
        CPPUNIT_ASSERT(taken > 0);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(SharedRecordTest);

}  // namespace
}  // namespace claviger::tests
