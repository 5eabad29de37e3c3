// The permits for password hashing over several processes, some of which are killed.

#include "domain/secrets/hashing_queue.h"

#include <cppunit/extensions/HelperMacros.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <fstream>
#include <memory>
#include <new>
#include <optional>
#include <random>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <vector>

#include "tests/support/temporary_folder.h"

namespace claviger::tests {
namespace {

using domain::secrets::HashingClaim;
using domain::secrets::HashingQueue;
using Device = HashingClaim::Device;
using namespace std::chrono_literals;

constexpr auto kSoon = 5s;  // on an idle machine each wait ends within 0.1 s

HashingClaim claim(std::uint64_t account, Device device = Device::kOther) {
    return {1, 1, account, device};
}

bool isDecidedWithin(const HashingQueue::Place& place, std::chrono::milliseconds patience) {
    for (const auto end = std::chrono::steady_clock::now() + patience; !place.isDecided();) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::sleep_for(1ms);
    }
    return true;
}

std::optional<HashingQueue::Permit> awaited(std::optional<HashingQueue::Place> place) {
    if (!place || !isDecidedWithin(*place, kSoon)) return std::nullopt;
    return std::move(*place).permit();
}

// Counters that child processes share.
struct Shared {
    std::atomic<int> holding{0}, most{0}, rounds{0};

    static Shared& make() {
        void* const memory = ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) throw std::bad_alloc();
        return *new (memory) Shared;
    }
};

// A child process that does the work. The destructor kills it.
class Process {
public:
    template <class Work>
    explicit Process(Work work) : pid_(::fork()) {
        if (pid_ != 0) return;
        work();
        ::_exit(0);
    }
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;
    ~Process() { kill(); }

    void kill() {
        if (pid_ > 0) ::kill(pid_, SIGKILL);
        await();
    }
    void await() {
        if (pid_ > 0) ::waitpid(pid_, nullptr, 0);
        pid_ = 0;
    }

private:
    pid_t pid_;
};

// Takes a permit and gives it back, until it has done so `rounds` times.
void work(const std::filesystem::path& folder, Shared& shared, Device device, int rounds) {
    static std::atomic<std::uint64_t> accounts{0};
    HashingQueue queue(folder);
    while (rounds > 0) {
        const auto account = (static_cast<std::uint64_t>(::getpid()) << 32) + ++accounts;
        const auto permit = awaited(queue.enter(claim(account, device)));
        if (!permit) continue;
        const int holding = ++shared.holding;
        for (int most = shared.most; most < holding && !shared.most.compare_exchange_weak(most, holding);) {
        }
        for (int i = 0; i < 100; ++i) std::this_thread::yield();
        --shared.holding;
        ++shared.rounds;
        --rounds;
    }
}

class HashingQueueTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(HashingQueueTest);
    CPPUNIT_TEST(givesAPermitAndTakesItBack);
    CPPUNIT_TEST(keepsTheOrderOverProcesses);
    CPPUNIT_TEST(neverGivesMoreThanTwoOverThreadsAndProcesses);
    CPPUNIT_TEST(takesBackThePermitOfAKilledProcess);
    CPPUNIT_TEST(takesBackTheWaitingPlaceOfAKilledProcess);
    CPPUNIT_TEST(losesNoPlaceToProcessesThatAreKilledAnywhere);
    CPPUNIT_TEST(freesWhatTheMachineLeftWhenItWentDown);
    CPPUNIT_TEST(freesThePlaceOfOneThatStopsWaiting);
    CPPUNIT_TEST(endsEveryWaitOfAProcessThatIsInAHurry);
    CPPUNIT_TEST(aMovedPermitIsGivenBackOnce);
    CPPUNIT_TEST(endsEveryCallSoonWhileAStoppedProcessHoldsTheLock);
    CPPUNIT_TEST(takesBackThePermitOfAKilledProcessWhoseSeatItGotWhileTheLockWasHeld);
    CPPUNIT_TEST(refusesAFileOfAnotherLayoutAndLeavesItAlone);
    CPPUNIT_TEST(throwsIfTheFolderIsMissing);
    CPPUNIT_TEST_SUITE_END();

    std::optional<TemporaryFolder> folder_;

public:
    void setUp() override { folder_.emplace(); }
    void tearDown() override { folder_.reset(); }

private:
    const std::filesystem::path& folder() const { return folder_->path(); }

    void givesAPermitAndTakesItBack() {
        HashingQueue queue(folder());
        for (int i = 0; i < 3; ++i) {
            auto place = queue.enter(claim(1));
            CPPUNIT_ASSERT(place->isDecided());
            CPPUNIT_ASSERT(std::move(*place).permit());
        }
        CPPUNIT_ASSERT(std::filesystem::exists(folder() / "hashing-queue.1"));
    }

    void keepsTheOrderOverProcesses() {
        HashingQueue here(folder()),
            there(folder());  // two queues of one process share no more than those of two processes
        auto first = awaited(here.enter(claim(1)));
        auto second = there.enter(claim(2));
        auto third = here.enter(claim(3));
        CPPUNIT_ASSERT(!there.enter(claim(2)));  // its account waits already
        CPPUNIT_ASSERT(!second->isDecided() && !third->isDecided());
        first.reset();
        CPPUNIT_ASSERT(second->isDecided() && !third->isDecided());
        second.reset();
        CPPUNIT_ASSERT(third->isDecided() && std::move(*third).permit());
    }

    void neverGivesMoreThanTwoOverThreadsAndProcesses() {
        constexpr int kRounds = 60;
        auto& shared = Shared::make();
        const auto inThreads = [&] {
            std::vector<std::jthread> threads;
            for (const auto device : {Device::kOther, Device::kKnown, Device::kKnown})
                threads.emplace_back([&, device] { work(folder(), shared, device, kRounds); });
        };
        Process first(inThreads), second(inThreads);
        inThreads();
        first.await();
        second.await();
        CPPUNIT_ASSERT_EQUAL(3 * 3 * kRounds, shared.rounds.load());
        CPPUNIT_ASSERT_EQUAL(2, shared.most.load());
        ::munmap(&shared, sizeof shared);
    }

    // Starts a process that has entered the queue with these claims.
    std::unique_ptr<Process> processWith(std::vector<HashingClaim> claims) {
        int ready[2];
        CPPUNIT_ASSERT_EQUAL(0, ::pipe(ready));
        auto process = std::make_unique<Process>([&] {
            HashingQueue queue(folder());
            std::vector<std::optional<HashingQueue::Place>> places;
            for (const auto& each : claims) places.push_back(queue.enter(each));
            if (::write(ready[1], "r", 1) == 1) ::pause();
        });
        char byte = 0;
        CPPUNIT_ASSERT_EQUAL(ssize_t{1}, ::read(ready[0], &byte, 1));
        ::close(ready[0]);
        ::close(ready[1]);
        return process;
    }

    void takesBackThePermitOfAKilledProcess() {
        const auto holder = processWith({claim(1), claim(2, Device::kKnown)});
        HashingQueue queue(folder());
        auto waiting = queue.enter(claim(3, Device::kKnown));
        CPPUNIT_ASSERT(!isDecidedWithin(*waiting, 150ms));
        holder->kill();
        CPPUNIT_ASSERT(awaited(std::move(waiting)));
        CPPUNIT_ASSERT(awaited(queue.enter(claim(1))));  // the account is free too
    }

    void takesBackTheWaitingPlaceOfAKilledProcess() {
        HashingQueue queue(folder());
        auto first = awaited(queue.enter(claim(1)));
        const auto process = processWith({claim(2), claim(3)});
        auto last = queue.enter(claim(4));
        CPPUNIT_ASSERT(!queue.enter(claim(2)));
        process->kill();
        auto again = queue.enter(claim(2));
        CPPUNIT_ASSERT(again.has_value());
        first.reset();
        CPPUNIT_ASSERT(awaited(std::move(last)));
        CPPUNIT_ASSERT(awaited(std::move(again)));
    }

    // The processes enter and leave without a pause, so that kills meet each of their instructions at some time.
    void losesNoPlaceToProcessesThatAreKilledAnywhere() {
        std::minstd_rand random(7);
        for (int round = 0; round < 100; ++round) {
            Process busy([&] {
                HashingQueue queue(folder());
                for (std::uint64_t i = 0;; ++i) {
                    const auto some = queue.enter(claim(i % 3)), known = queue.enter(claim(i % 5, Device::kKnown));
                    const auto other = queue.enter(claim(i % 7));
                }
            });
            std::this_thread::sleep_for(std::chrono::microseconds(2000 + random() % 2000));
        }
        HashingQueue queue(folder());
        std::vector<std::optional<HashingQueue::Place>> places;
        for (std::uint64_t i = 0; i < 64; ++i) places.push_back(queue.enter(claim(1000 + i, Device::kKnown)));
        for (std::uint64_t i = 0; i < 256; ++i) places.push_back(queue.enter(claim(i)));
        for (auto& place : places) {
            CPPUNIT_ASSERT(place.has_value());
            CPPUNIT_ASSERT(awaited(std::move(place)));
        }
    }

    void freesWhatTheMachineLeftWhenItWentDown() {
        const auto process = processWith({claim(1), claim(2), claim(3, Device::kKnown)});
        std::filesystem::create_directory(folder() / "copy");
        std::filesystem::copy_file(folder() / "hashing-queue.1", folder() / "copy/hashing-queue.1");
        HashingQueue queue(folder() / "copy");  // a copy of the file that no process has locked
        for (const std::uint64_t account : {1U, 2U, 3U}) CPPUNIT_ASSERT(awaited(queue.enter(claim(account))));
    }

    void freesThePlaceOfOneThatStopsWaiting() {
        HashingQueue queue(folder());
        auto first = awaited(queue.enter(claim(1)));
        auto leaves = queue.enter(claim(2));
        auto stays = queue.enter(claim(3));
        leaves.reset();
        CPPUNIT_ASSERT(queue.enter(claim(2)).has_value());
        first.reset();
        CPPUNIT_ASSERT(stays->isDecided() && std::move(*stays).permit());
    }

    void endsEveryWaitOfAProcessThatIsInAHurry() {
        HashingQueue queue(folder()), another(folder());
        auto first = awaited(queue.enter(claim(1)));
        auto ends = queue.enter(claim(2));
        auto waits = another.enter(claim(3));
        queue.hurry(20ms);
        CPPUNIT_ASSERT(isDecidedWithin(*ends, kSoon));
        CPPUNIT_ASSERT(!std::move(*ends).permit());
        CPPUNIT_ASSERT(!waits->isDecided());
    }

    void aMovedPermitIsGivenBackOnce() {
        HashingQueue queue(folder());
        auto first = awaited(queue.enter(claim(1)));
        std::optional<HashingQueue::Permit> moved(std::move(*first));
        first.reset();  // holds nothing any more
        auto waiting = queue.enter(claim(2));
        CPPUNIT_ASSERT(!isDecidedWithin(*waiting, 20ms));
        moved.reset();
        CPPUNIT_ASSERT(waiting->isDecided());
    }

    // The lock on the table as a process holds it that was stopped at the wrong moment. It is a lock of this file
    // description, so that it also keeps out the queues of this process.
    class HeldLock {
    public:
        explicit HeldLock(const std::filesystem::path& file) : file_(::open(file.c_str(), O_RDWR | O_CLOEXEC)) {
            struct flock range {};
            range.l_type = F_WRLCK;
            range.l_len = 1;
            CPPUNIT_ASSERT_EQUAL(0, ::fcntl(file_, F_OFD_SETLKW, &range));
        }
        HeldLock(const HeldLock&) = delete;
        HeldLock& operator=(const HeldLock&) = delete;
        ~HeldLock() { ::close(file_); }

    private:
        int file_;
    };

    void endsEveryCallSoonWhileAStoppedProcessHoldsTheLock() {
        HashingQueue queue(folder());
        auto first = awaited(queue.enter(claim(1)));
        auto waiting = queue.enter(claim(2));
        const auto begun = std::chrono::steady_clock::now();
        {
            const HeldLock held(HashingQueue::fileIn(folder()));
            CPPUNIT_ASSERT(!queue.enter(claim(3)));
            first.reset();
            CPPUNIT_ASSERT(!waiting->isDecided());
            const HashingQueue started(folder());
        }
        CPPUNIT_ASSERT(std::chrono::steady_clock::now() - begun < 3 * HashingQueue::kLongestLock + 1s);
        CPPUNIT_ASSERT(awaited(std::move(waiting)));  // of the permit that was given back while the lock was held
        CPPUNIT_ASSERT(queue.enter(claim(3)).has_value());
    }

    void takesBackThePermitOfAKilledProcessWhoseSeatItGotWhileTheLockWasHeld() {
        const auto holder = processWith({claim(1)});
        std::optional<HashingQueue> successor;
        {
            const HeldLock held(HashingQueue::fileIn(folder()));
            holder->kill();
            successor.emplace(folder());
        }
        CPPUNIT_ASSERT(awaited(successor->enter(claim(1))));
    }

    void refusesAFileOfAnotherLayoutAndLeavesItAlone() {
        const std::string content(1 << 20, 'x');
        const auto file = folder_->write("hashing-queue.1", content);
        CPPUNIT_ASSERT_THROW(HashingQueue{folder()}, std::runtime_error);
        std::ifstream stream(file, std::ios::binary);
        CPPUNIT_ASSERT(content == std::string(std::istreambuf_iterator<char>(stream), {}));
    }

    void throwsIfTheFolderIsMissing() { CPPUNIT_ASSERT_THROW(HashingQueue{folder() / "absent"}, std::system_error); }
};

CPPUNIT_TEST_SUITE_REGISTRATION(HashingQueueTest);

}  // namespace
}  // namespace claviger::tests
