#include "fcgi/composition.h"

#include <condition_variable>
#include <mutex>
#include <system_error>
#include <thread>

#include "domain/keys/api_key_service.h"
#include "domain/keys/key_lists.h"
#include "domain/keys/key_renewal.h"
#include "domain/keys/key_verifier.h"
#include "domain/keys/usage_recorder.h"
#include "domain/secrets/hasher.h"
#include "domain/secrets/hashing_queue.h"
#include "domain/secrets/password_hasher.h"
#include "domain/sign_in/authenticator.h"
#include "domain/sign_in/sign_in_service.h"
#include "domain/tenants/cached_directory.h"
#include "fcgi/dispatcher.h"
#include "fcgi/routes.h"
#include "fcgi/telemetry/log.h"
#include "fcgi/telemetry/repeated_fault.h"
#include "fcgi/views/pages.h"
#include "persistence/connection/connections.h"
#include "persistence/control/fresh_key_index.h"
#include "persistence/control/mysql_key_index.h"
#include "persistence/control/mysql_tenant_directory.h"
#include "persistence/doctor/mysql_writer_probe.h"
#include "persistence/fence/epoch_poller.h"
#include "persistence/fence/shared_cached_keys.h"
#include "persistence/fence/shared_fence.h"
#include "persistence/fence/shared_key_cache.h"
#include "persistence/tenant/mysql_tenant_stores.h"

namespace claviger::fcgi {
namespace {

constexpr std::size_t kUseParts = 60;
constexpr std::chrono::milliseconds kPauseAfterPart{200};

void logRequest(const RequestRecord& record) {
    LogFields fields = {{"level", record.status < 500 ? "info" : "error"},
                        {"event", "request"},
                        {"requestId", std::string(record.requestId)},
                        {"tenant", record.tenant},
                        {"method", std::string(record.method)},
                        {"route", std::string(record.route)},
                        {"status", std::int64_t{record.status}},
                        {"ms", record.milliseconds},
                        {"keyId", record.keyId ? record.keyId->text() : std::string()}};
    if (!record.cause.empty()) fields.emplace_back("cause", record.cause);
    logLine(fields);
}

void logWithoutSegment(const std::string& cause) {
    logLine({{"level", "warning"}, {"event", "nothing_cached"}, {"cause", cause}});
}

std::unique_ptr<persistence::Segment> openSegment(int descriptor) {
    if (descriptor < 0) return nullptr;
    try {
        return std::make_unique<persistence::Segment>(descriptor);
    } catch (const std::runtime_error& refused) {
        logWithoutSegment(refused.what());
        return nullptr;
    }
}

std::unique_ptr<domain::Fence> fenceOf(const persistence::Segment* segment) {
    if (segment) return std::make_unique<persistence::SharedFence>(*segment);
    return std::make_unique<domain::NoFence>();
}

}  // namespace

struct Composition::Parts {
    Parts(const domain::Settings& settings, int descriptor)
        : hasher(domain::secrets::Hasher::load(settings.pepperFile, settings.pepperOtherFile)),
          passwords({settings.passwords.memoryMib, settings.passwords.passes}),
          queue(settings.runFolder),
          connections(settings.database, persistence::Account::kWorker),
          segment(openSegment(descriptor)),
          fence(fenceOf(segment.get())),
          cachesKeys(segment && settings.verify.cacheKeys > 0),
          activeKeys(cachesKeys ? segment->activeKeys() : decltype(segment->activeKeys())(), *fence),
          deadKeys(cachesKeys ? segment->deadKeys() : decltype(segment->deadKeys())(), *fence),
          directory(connections),
          tenants(directory, *fence),
          transactions(connections, *fence),
          stores(connections, transactions),
          usage(stores, directory, unwrittenUses),
          index(connections),
          verifier(index, stores, hasher, usage, clock, *fence, activeKeys, deadKeys),
          keyLists(stores, *fence, settings.keys.cacheLists),
          authenticator(stores, verifier, keyLists, hasher, clock, *fence, unwrittenSights),
          apiKeys(stores, keyLists, hasher, clock, domain::ChangeLimit(settings.limits.changes)),
          signIn(stores, hasher, passwords, queue, clock, missingPeppers),
          pages(settings.templatesFolder),
          writerProbe(connections),
          readiness(writerProbe, directory, *fence, notReady),
          dispatcher(routes(), {tenants, authenticator, apiKeys, signIn, hasher, pages, readiness, clock}, logRequest),
          application([this](const Request& request) { return dispatcher(request); }) {}

    domain::SystemClock clock;
    RepeatedFault unwrittenUses{clock, "warning", "last_used_not_written"};
    RepeatedFault notReady{clock, "error", "not_ready"};
    RepeatedFault unwrittenSights{clock, "warning", "last_sight_not_written"};
    RepeatedFault missingPeppers{clock, "error", "pepper_missing"};
    domain::secrets::Hasher hasher;
    domain::secrets::PasswordHasher passwords;
    domain::secrets::HashingQueue queue;
    persistence::Connections connections;
    std::unique_ptr<persistence::Segment> segment;  // null: the process maps none
    std::unique_ptr<domain::Fence> fence;
    const bool cachesKeys;  // a reload may turn the caches off
    persistence::SharedKeyCache<domain::ActiveKey> activeKeys;
    persistence::SharedKeyCache<domain::DeadKey> deadKeys;
    persistence::MySqlTenantDirectory directory;
    domain::CachedDirectory tenants;
    persistence::Transactions transactions;
    persistence::MySqlTenantStores stores;
    domain::UsageRecorder usage;
    persistence::MySqlKeyIndex index;
    domain::KeyVerifier verifier;
    domain::KeyLists keyLists;
    domain::Authenticator authenticator;
    domain::ApiKeyService apiKeys;
    domain::SignInService signIn;
    Pages pages;
    persistence::MySqlWriterProbe writerProbe;
    domain::Readiness readiness;
    Dispatcher dispatcher;
    Application application;
};

Composition::Composition(const domain::Settings& settings, int segment)
    : parts_(std::make_unique<Parts>(settings, segment)) {}

Composition::~Composition() = default;

const Application& Composition::application() const {
    return parts_->application;
}

void Composition::hurry(std::chrono::milliseconds patience) const {
    parts_->queue.hurry(patience);
}

void Composition::writeUses(const WorkerRole::Pause& pause) const {
    parts_->usage.flushInParts(kUseParts, [&] { return pause(kPauseAfterPart); });
}

Fd makeSharedSegment(const domain::Settings& settings) {
    return Fd(persistence::Segment::make(settings.verify.cacheKeys));
}

struct SegmentPoller::Parts {
    Parts(const domain::Settings& settings, int descriptor)
        : connections(settings.database, persistence::Account::kWorker),
          segment(descriptor),
          peppers(domain::secrets::Hasher::load(settings.pepperFile, settings.pepperOtherFile).fingerprints()) {}

    persistence::Connections connections;
    persistence::Segment segment;
    persistence::SharedFence fence{segment};
    const domain::PepperFingerprints peppers;
    domain::SystemClock clock;
    RepeatedFault lapses{clock, "error", "poller_failed"};
    RepeatedFault unrenewed{clock, "warning", "keys_not_renewed"};
    persistence::EpochPoller poller{connections, fence, peppers, lapses};
    persistence::FreshKeyIndex index{connections, poller};
    persistence::SharedCachedKeys cachedKeys{segment.activeKeys(), fence};
    domain::KeyRenewal renewal{index, cachedKeys, fence, unrenewed};
};

SegmentPoller::SegmentPoller(const domain::Settings& settings, int segment)
    : parts_(std::make_unique<Parts>(settings, segment)) {}

SegmentPoller::~SegmentPoller() = default;

bool SegmentPoller::takeOver(const WorkerRole::Pause& pause) {
    return parts_->poller.takeOver(pause);
}

void SegmentPoller::run(const WorkerRole::Pause& pause) {
    std::jthread renewal;
    try {
        renewal = std::jthread([this](const std::stop_token& stop) { renewKeys(stop); });
    } catch (const std::system_error& noThread) {
        parts_->unrenewed.failed(noThread.what());  // the lease matters more: cached keys expire, and are looked up
    }
    parts_->poller.run(pause);
}

void SegmentPoller::renewKeys(const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any stopped;
    parts_->renewal.run([&](std::chrono::milliseconds pause) {
        std::unique_lock lock(mutex);
        return !stopped.wait_for(lock, stop, pause, [&] { return stop.stop_requested(); });
    });
}

}  // namespace claviger::fcgi
