#include "fcgi/server/acceptor.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <new>
#include <system_error>

#include "fcgi/telemetry/log.h"
#include "fcgi/telemetry/repeated_fault.h"

namespace claviger::fcgi {
namespace {

using namespace std::chrono_literals;

constexpr auto kAtOnce = 200us;  // within it a thread has responded without a wait
constexpr auto kTick = 5ms;      // of the timer, which runs only while a client is postponed or listening is paused
constexpr unsigned kLaneThreads = 4;  // `claviger doctor` counts a connection for each (server_checks.cpp)
// Exclusive: the kernel wakes one of the workers that wait on the listening socket, not all.
constexpr unsigned kListening = EPOLLIN | EPOLLEXCLUSIVE;
constexpr auto kLeftEvery = 200ms;  // how often to check whether a deferred answer's peer has left
constexpr auto kCutEvery = 50ms;    // how often a drain cuts off connections that have been idle for its grace
constexpr auto kFirstPause = 2ms, kLongestPause = 200ms;
constexpr auto kHeadPatience = 5s;  // for the rest of a partial head

int checked(int result, const char* what) {
    if (result < 0) throw std::system_error(errno, std::generic_category(), what);
    return result;
}

// A pause lasts one tick, so a worker without descriptors pauses two hundred times a second.
RepeatedFault& acceptPauses() {
    static const domain::SystemClock clock;
    static RepeatedFault fault(clock, "error", "accept_paused");
    return fault;
}

// The line is lost if there is no memory for it: nothing may be thrown where a failure is handled.
void logFailure(const char* event, const char* what) noexcept {
    try {
        logLine({{"level", "error"}, {"event", event}, {"what", what}});
    } catch (const std::bad_alloc&) {
    }
}

bool isOutOfResources(int error) {
    return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

}  // namespace

Acceptor::Acceptor(Fd listener, unsigned threads, const Application& application)
    : application_(application),
      epoll_(checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      stop_(checked(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")),
      timer_(checked(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK), "timerfd_create")),
      listener_(std::move(listener)),
      lane_(kLaneThreads) {
    const bool watched = watch(stop_.get(), EPOLLIN, &stop_) && watch(timer_.get(), EPOLLIN, &timer_) &&
                         watch(listener_.get(), kListening, &listener_);
    checked(watched ? 0 : -1, "epoll_ctl");
    try {
        for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
    } catch (...) {
        stopThreads();
        throw;
    }
}

Acceptor::~Acceptor() {
    stopThreads();
}

void Acceptor::stopThreads() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(stop_.get(), &one, sizeof one);
    for (auto& thread : threads_) thread.join();
}

bool Acceptor::watch(int fd, unsigned events, void* mark) {
    epoll_event event{};
    event.events = events;
    event.data.ptr = mark;
    return ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0;
}

void Acceptor::run() {
    bool lingers = false;
    while (true) {
        void* const mark = await(lingers);
        const auto begun = Clock::now();
        if (mark == &stop_) return;
        try {
            if (mark == &listener_)
                acceptOne();
            else if (mark == &timer_)
                onTimer();
            else
                handle(*static_cast<Client*>(mark));
        } catch (const std::exception& thrown) {  // out of memory
            logFailure("acceptor_failed", thrown.what());
        }
        lingers = Clock::now() - begun < kAtOnce;
    }
}

// Returns the mark of a ready descriptor. A thread that lingers polls once, yields, and polls again before it sleeps.
// Under load the next request is there by then. Waking this thread for it would push nginx off its processor in the
// middle of its work, which costs more than the response.
void* Acceptor::await(bool lingers) const {
    epoll_event event{};
    const auto look = [&](int patience) { return ::epoll_wait(epoll_.get(), &event, 1, patience) == 1; };
    bool found = lingers && look(0);
    if (lingers && !found) {
        std::this_thread::yield();
        found = look(0);
    }
    while (!found) found = look(-1);
    return event.data.ptr;
}

void Acceptor::handle(Client& client) noexcept {
    {
        const std::lock_guard lock(client.mutex);
        client.busy = true;
    }
    try {
        enter(attend(client), client);
    } catch (const std::exception& thrown) {  // out of memory: the client waits for nothing, so it must not stay
        logFailure("connection_failed", thrown.what());
        forget(client);
    }
}

void Acceptor::enter(Next next, Client& client) {
    switch (next) {
        case Next::kRest:
            return rest(client);
        case Next::kPark:
            return park(client);
        case Next::kWait:
            return wait(client);
        case Next::kDefer:
            return defer(client);
        case Next::kForget:
            return forget(client);
    }
}

Acceptor::Next Acceptor::attend(Client& client) {
    using Outcome = Connection::Outcome;
    const auto next = [](Outcome outcome) {
        switch (outcome) {
            case Outcome::kKept:
                return Next::kRest;
            case Outcome::kWaits:
                return Next::kWait;
            case Outcome::kDeferred:
                return Next::kDefer;
            case Outcome::kEnded:
                break;
        }
        return Next::kForget;
    };
    try {
        if (client.connection.isDeferred()) return next(client.connection.finish());
        if (client.connection.waits()) return next(client.connection.answer());
        switch (client.connection.look()) {
            case Connection::Look::kRequest:
                client.partial = false;
                client.kept = true;
                return next(client.connection.serve(application_, readLimit_));
            case Connection::Look::kPartial:
                return Next::kPark;
            case Connection::Look::kNothing:
                return Next::kRest;
            case Connection::Look::kEnd:
                break;
        }
    } catch (const std::exception& thrown) {  // out of memory
        logFailure("connection_failed", thrown.what());
    }
    return Next::kForget;
}

bool Acceptor::acceptOne() {
    const std::lock_guard lock(listening_);
    if (!listener_) return false;
    Fd accepted(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!accepted) {
        if (isOutOfResources(errno)) pauseListening();
        return false;
    }
    acceptPauses().worked();
    const std::lock_guard clientsLock(clientsMutex_);
    auto& client = clients_.emplace_front(std::move(accepted));
    client.self = clients_.begin();
    if (!arm(client, EPOLL_CTL_ADD)) clients_.pop_front();
    return true;
}

// The connections wait in the backlog. Without the pause the threads would spin on them. Idle peers get a nudge to
// leave, so that descriptors become free. If not, the connections in the backlog would wait for as long as nginx keeps
// the others.
void Acceptor::pauseListening() {
    if (paused_) return;
    acceptPauses().failed(std::generic_category().message(errno));
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, listener_.get(), nullptr);
    paused_ = true;
    startTimer();
    const std::lock_guard lock(clientsMutex_);
    for (auto& client : clients_) {
        const std::lock_guard clientLock(client.mutex);
        if (!client.busy && client.kept) client.connection.nudge();
    }
}

// Ends the pause. If epoll refuses the socket, the pause lasts another tick.
void Acceptor::resumeListening() {
    const std::lock_guard lock(listening_);
    if (!paused_) return;
    paused_ = !watch(listener_.get(), kListening, &listener_);
    if (!paused_) return;
    const int error = errno;
    startTimer();  // before the report, which may throw
    acceptPauses().failed(std::generic_category().message(error));
}

void Acceptor::stopListening() {
    while (acceptOne()) {
    }
    const std::lock_guard lock(listening_);
    if (!paused_) ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, listener_.get(), nullptr);
    paused_ = false;
    listener_.reset();
}

bool Acceptor::arm(Client& client, int operation) noexcept {
    epoll_event event{};
    event.events = (client.connection.waits() ? EPOLLOUT : EPOLLIN) | EPOLLONESHOT;
    event.data.ptr = &client;
    if (::epoll_ctl(epoll_.get(), operation, client.connection.fd(), &event) == 0) return true;
    logFailure("connection_lost", ::strerrordesc_np(errno));
    return false;
}

// No race with drain(): it sets draining_ and then visits each client under its lock. Either it finds this client idle,
// or this function sees draining_.
void Acceptor::rest(Client& client) {
    std::unique_lock lock(client.mutex);
    client.busy = false;
    if (draining_) askToLeave(client);
    const bool armed = arm(client, EPOLL_CTL_MOD);
    lock.unlock();
    if (!armed) forget(client);
}

// nginx may put its next request on this connection before it sees the nudge, so the cut comes later.
void Acceptor::askToLeave(Client& client) {
    client.idleSince = Clock::now();
    if (client.kept) client.connection.nudge();
}

void Acceptor::park(Client& client) {
    const auto now = Clock::now();
    const bool first = !std::exchange(client.partial, true);
    if (first) client.since = now;
    if (now - client.since > kHeadPatience) return forget(client);
    client.pause = first ? kFirstPause : std::min<Clock::duration>(2 * client.pause, kLongestPause);
    postpone(client, now + client.pause);
}

void Acceptor::wait(Client& client) {
    postpone(client, client.connection.due());
}

void Acceptor::defer(Client& client) {
    if (client.connection.isReady() && handToLane(client)) return;
    postpone(client, Clock::now() + kLeftEvery);
}

bool Acceptor::handToLane(Client& client) noexcept {
    try {
        lane_.add([this, &client] { handle(client); });
        return true;
    } catch (const std::bad_alloc&) {
        return false;
    }
}

void Acceptor::postpone(Client& client, Clock::time_point moment) {
    const std::lock_guard lock(clientsMutex_);
    client.retryAt = moment;
    postponed_.push_back(&client);
    if (postponed_.size() == 1) startTimer();
}

void Acceptor::forget(Client& client) {
    std::list<Client> left;  // destroyed once the lock is released
    const std::lock_guard lock(clientsMutex_);
    moveOut(client, left);
    if (clients_.empty()) changed_.notify_all();
}

void Acceptor::moveOut(Client& client, std::list<Client>& left) {
    left.splice(left.begin(), clients_, client.self);
}

void Acceptor::startTimer() {
    itimerspec once{};
    once.it_value.tv_nsec = std::chrono::nanoseconds(kTick).count();
    ::timerfd_settime(timer_.get(), 0, &once, nullptr);
}

void Acceptor::onTimer() {
    std::uint64_t rings = 0;
    if (::read(timer_.get(), &rings, sizeof rings) < 0) return;  // another thread has it
    resumeListening();
    const auto now = Clock::now();
    std::list<Client> left;  // destroyed once the lock is released
    const std::lock_guard lock(clientsMutex_);
    std::erase_if(postponed_, [&](Client* client) {
        return client->connection.isDeferred() ? proceed(*client, now, left) : resume(*client, now, left);
    });
    if (clients_.empty()) changed_.notify_all();
    if (!postponed_.empty()) startTimer();
}

bool Acceptor::resume(Client& client, Clock::time_point now, std::list<Client>& left) {
    if (client.retryAt > now) return false;
    if (!arm(client, EPOLL_CTL_MOD)) moveOut(client, left);
    return true;
}

// The deferred answer of a peer that has left is given up: no peer would read it.
bool Acceptor::proceed(Client& client, Clock::time_point now, std::list<Client>& left) {
    if (client.connection.isReady()) return handToLane(client);
    if (client.retryAt > now) return false;
    client.retryAt = now + kLeftEvery;
    if (!client.connection.hasBeenLeft()) return false;
    moveOut(client, left);
    return true;
}

bool Acceptor::drain(std::chrono::milliseconds grace, std::chrono::milliseconds limit) {
    const auto end = Clock::now() + limit;
    stopListening();
    std::unique_lock lock(clientsMutex_);
    draining_ = true;
    for (auto& client : clients_) {
        const std::lock_guard clientLock(client.mutex);
        if (!client.busy) askToLeave(client);
    }
    while (!clients_.empty()) {
        const auto now = Clock::now();
        if (now >= end) return false;
        cutIdleSince(now - grace);
        changed_.wait_until(lock, std::min(now + kCutEvery, end), [this] { return clients_.empty(); });
    }
    return true;
}

void Acceptor::cutIdleSince(Clock::time_point moment) {
    for (auto& client : clients_) {
        const std::lock_guard lock(client.mutex);
        const bool isIdle = !client.busy && client.idleSince <= moment && !client.connection.hasUnread();
        if (isIdle) client.connection.shutReading();
    }
}

}  // namespace claviger::fcgi
