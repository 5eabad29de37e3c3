#include "domain/secrets/hashing_slots.h"

#include <cppunit/extensions/HelperMacros.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <future>
#include <new>
#include <optional>
#include <system_error>
#include <thread>
#include <vector>

#include "tests/support/temporary_folder.h"

namespace claviger::tests {
namespace {

using domain::secrets::HashingSlots;
using namespace std::chrono_literals;

// Counters that a child process shares.
struct Shared {
    std::atomic<int> holding{0};
    std::atomic<int> most{0};
    std::atomic<int> rounds{0};

    static Shared& make() {
        void* const memory = ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) throw std::bad_alloc();
        return *new (memory) Shared;
    }
};

// Takes and gives back slots until it has done so often enough.
void work(HashingSlots& slots, Shared& shared, int rounds) {
    for (int done = 0; done < rounds;) {
        const auto slot = slots.acquire();
        if (!slot) {
            std::this_thread::yield();
            continue;
        }
        const int holding = ++shared.holding;
        for (int most = shared.most; most < holding && !shared.most.compare_exchange_weak(most, holding);) {
        }
        for (int i = 0; i < 100; ++i) std::this_thread::yield();
        --shared.holding;
        ++shared.rounds;
        ++done;
    }
}

void workInThreads(const std::filesystem::path& folder, Shared& shared) {
    HashingSlots slots(folder);
    std::vector<std::jthread> threads;
    for (int i = 0; i < 3; ++i) threads.emplace_back([&] { work(slots, shared, 10); });
}

template <class Child>
pid_t fork(Child child) {
    const pid_t pid = ::fork();
    if (pid == 0) {
        child();
        ::_exit(0);
    }
    return pid;
}

class HashingSlotsTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(HashingSlotsTest);
    CPPUNIT_TEST(givesTwoAtOnceAndTakesThemBack);
    CPPUNIT_TEST(neverGivesMoreThanTwoOverThreadsAndProcesses);
    CPPUNIT_TEST(takesBackTheSlotsOfAKilledHolder);
    CPPUNIT_TEST(letsTwoWaitAndRefusesTheThirdAtOnce);
    CPPUNIT_TEST(aMovedSlotIsGivenBackOnce);
    CPPUNIT_TEST(throwsIfTheFolderIsMissing);
    CPPUNIT_TEST_SUITE_END();

    TemporaryFolder folder_;

    void givesTwoAtOnceAndTakesThemBack() {
        HashingSlots slots(folder_.path());
        for (int i = 0; i < 3; ++i) {
            const auto first = slots.acquire();
            const auto second = slots.acquire();
            CPPUNIT_ASSERT(first && second);
        }
    }

    void neverGivesMoreThanTwoOverThreadsAndProcesses() {
        auto& shared = Shared::make();
        std::vector<pid_t> children;
        for (int i = 0; i < 2; ++i) children.push_back(fork([&] { workInThreads(folder_.path(), shared); }));
        workInThreads(folder_.path(), shared);
        for (const auto child : children) ::waitpid(child, nullptr, 0);

        CPPUNIT_ASSERT_EQUAL(3 * 3 * 10, shared.rounds.load());
        CPPUNIT_ASSERT(shared.most >= 1 && shared.most <= 2);
        ::munmap(&shared, sizeof shared);
    }

    void takesBackTheSlotsOfAKilledHolder() {
        int ready[2];
        CPPUNIT_ASSERT_EQUAL(0, ::pipe(ready));
        const auto holder = fork([&] {
            HashingSlots slots(folder_.path());
            const auto first = slots.acquire();
            const auto second = slots.acquire();
            if (first && second && ::write(ready[1], "r", 1) == 1) ::pause();
        });
        char byte = 0;
        CPPUNIT_ASSERT_EQUAL(ssize_t{1}, ::read(ready[0], &byte, 1));
        ::close(ready[0]);
        ::close(ready[1]);

        HashingSlots slots(folder_.path());
        auto waiting = std::async(std::launch::async, [&] { return slots.acquire(); });
        CPPUNIT_ASSERT(waiting.wait_for(50ms) == std::future_status::timeout);
        ::kill(holder, SIGKILL);
        ::waitpid(holder, nullptr, 0);
        const auto slot = waiting.get();
        CPPUNIT_ASSERT(slot.has_value());
        CPPUNIT_ASSERT(slots.acquire().has_value());
    }

    void letsTwoWaitAndRefusesTheThirdAtOnce() {
        HashingSlots slots(folder_.path());
        std::optional<HashingSlots::Slot> first = slots.acquire();
        std::optional<HashingSlots::Slot> second = slots.acquire();

        // Whichever of the three comes last is refused while the slots are still held; the other two wait.
        std::atomic<int> given{0};
        std::atomic<int> refused{0};
        std::promise<void> refusal;
        std::vector<std::jthread> threads;
        for (int i = 0; i < 3; ++i) {
            threads.emplace_back([&] {
                if (slots.acquire())
                    ++given;
                else if (++refused == 1)
                    refusal.set_value();
            });
        }
        CPPUNIT_ASSERT(refusal.get_future().wait_for(2s) == std::future_status::ready);
        CPPUNIT_ASSERT_EQUAL(0, given.load());
        first.reset();
        second.reset();
        threads.clear();
        CPPUNIT_ASSERT_EQUAL(2, given.load());
        CPPUNIT_ASSERT_EQUAL(1, refused.load());
    }

    void aMovedSlotIsGivenBackOnce() {
        HashingSlots slots(folder_.path());
        auto first = slots.acquire();
        const auto second = slots.acquire();
        std::optional<HashingSlots::Slot> moved(std::move(*first));
        first.reset();  // holds nothing any more

        auto waiting = std::async(std::launch::async, [&] { return slots.acquire().has_value(); });
        CPPUNIT_ASSERT(waiting.wait_for(50ms) == std::future_status::timeout);
        moved.reset();
        CPPUNIT_ASSERT(waiting.get());
    }

    void throwsIfTheFolderIsMissing() {
        HashingSlots slots(folder_.path() / "absent");
        CPPUNIT_ASSERT_THROW((void)slots.acquire(), std::system_error);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(HashingSlotsTest);

}  // namespace
}  // namespace claviger::tests
