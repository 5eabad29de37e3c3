#include "tests/support/in_memory_tables.h"

#include <algorithm>
#include <set>

namespace claviger::tests {
namespace {

using domain::Timestamp;
namespace secrets = domain::secrets;

bool isApproved(const TenantData& data, const domain::UserId& user) {
    const auto found = data.accounts.find(user);
    return found != data.accounts.end() && found->second.user.status == domain::UserStatus::kApproved;
}

void checkPart(const TenantData& data, TenantData::Part part) {
    if (data.failing == part) throw domain::StorageUnavailable("this part of the fake cannot be written");
}

std::vector<domain::User> usersByEmail(const TenantData& data) {
    std::vector<domain::User> all;
    for (const auto& [id, account] : data.accounts) all.push_back(account.user);
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.email < b.email; });
    return all;
}

class InMemoryUsers final : public domain::Users {
public:
    explicit InMemoryUsers(TenantData& data) : data_(data) {}

    std::optional<domain::Account> findByEmail(const domain::Email& email) const override {
        for (const auto& [id, account] : data_.accounts)
            if (account.user.email == email) return account;
        return std::nullopt;
    }

    std::vector<domain::User> list() const override { return usersByEmail(data_); }

    PasswordKinds passwordKinds() const override {
        std::set<secrets::PasswordCost> costs;
        for (const auto& [id, account] : data_.accounts)
            if (const auto cost = account.passwordHash.cost()) costs.insert(*cost);
        return {{costs.begin(), costs.end()}, countPasswordsByPepper()};
    }

    domain::Result<void> add(const domain::Account& account) override {
        if (findByEmail(account.user.email)) return domain::ErrorCode::kUserTaken;
        data_.accounts.emplace(account.user.id, account);
        return {};
    }

    std::vector<StoredPassword> passwordsNotSealedWith(int pepperVersion, const std::optional<domain::UserId>& after,
                                                       std::size_t most) const override {
        std::vector<StoredPassword> found;
        for (const auto& [id, account] : data_.accounts) {
            if (found.size() == most) break;
            if ((!after || *after < id) && account.passwordHash.sealedWith() != pepperVersion)
                found.push_back({id, account.passwordHash});
        }
        return found;
    }

    bool replacePassword(const StoredPassword& password, const secrets::PasswordHash& to) override {
        const auto found = data_.accounts.find(password.user);
        if (found == data_.accounts.end() || found->second.passwordHash.stored() != password.hash.stored())
            return false;
        found->second.passwordHash = to;
        return true;
    }

    std::map<int, std::size_t> countPasswordsByPepper() const override {
        std::map<int, std::size_t> counts;
        for (const auto& [id, account] : data_.accounts) ++counts[account.passwordHash.sealedWith().value_or(0)];
        return counts;
    }

    void setStatus(const domain::UserId& id, domain::UserStatus status) override {
        const auto found = data_.accounts.find(id);
        if (found != data_.accounts.end()) found->second.user.status = status;
    }

    void setPassword(const domain::UserId& id, const secrets::PasswordHash& hash) override {
        const auto found = data_.accounts.find(id);
        if (found != data_.accounts.end()) found->second.passwordHash = hash;
    }

    bool lockApproved(const domain::UserId& id) override { return isApproved(data_, id); }

private:
    TenantData& data_;
};

class InMemorySessions final : public domain::Sessions {
public:
    explicit InMemorySessions(TenantData& data) : data_(data) {}

    std::optional<domain::ActiveSession> findActive(const secrets::SessionHash& hash, Timestamp now) const override {
        const auto found = data_.sessions.find(hash);
        if (found == data_.sessions.end() || found->second.endedAt) return std::nullopt;
        const auto& session = found->second.session;
        if (!isWithinLimits(session, now) || !isApproved(data_, session.user)) return std::nullopt;
        if (found->second.epoch != epochOf(session.user)) return std::nullopt;
        return domain::ActiveSession{session, data_.accounts.at(session.user).user};
    }

    void add(const secrets::SessionHash& hash, const domain::Session& session) override {
        checkPart(data_, TenantData::Part::kSessions);
        data_.sessions.insert({hash, {session, {}, epochOf(session.user)}});
    }

    void touch(const secrets::SessionHash& hash, Timestamp seen) override {
        const auto found = data_.sessions.find(hash);
        if (found == data_.sessions.end()) return;
        auto& last = found->second.session.lastSeenAt;
        last = std::max(last, seen);
    }

    void end(const secrets::SessionHash& hash, Timestamp now) override {
        const auto found = data_.sessions.find(hash);
        if (found != data_.sessions.end() && !found->second.endedAt) found->second.endedAt = now;
    }

    void makeRoom(const domain::UserId& user, Timestamp now) override {
        auto open = openOf(user, now);
        const auto latest = now + domain::kClockTolerance;
        const auto place = [&](const auto* one) {
            return std::pair(one->session.lastSeenAt <= latest, one->session.lastSeenAt);
        };
        std::sort(open.begin(), open.end(), [&](const auto* a, const auto* b) { return place(a) > place(b); });
        const auto last = std::min(open.size(), 2 * domain::kMostOpenSessions - 1);
        for (auto i = domain::kMostOpenSessions - 1; i < last; ++i) open[i]->endedAt = now;
    }

    std::size_t endAllOf(const domain::UserId& user, Timestamp now) override {
        const auto open = openOf(user, now);
        const auto ended = std::min(open.size(), domain::kMostOpenSessions);
        for (std::size_t i = 0; i < ended; ++i) open[i]->endedAt = now;
        ++data_.sessionEpochs[user];
        return ended;
    }

    std::size_t endOlderOf(const domain::UserId& user, Timestamp now, std::size_t most) override {
        auto open = openOf(user, now);
        std::erase_if(open, [&](const auto* one) { return one->epoch >= epochOf(user); });
        if (open.size() > most) open.resize(most);
        for (auto* one : open) one->endedAt = now;
        return open.size();
    }

private:
    std::int64_t epochOf(const domain::UserId& user) const {
        const auto found = data_.sessionEpochs.find(user);
        return found == data_.sessionEpochs.end() ? 0 : found->second;
    }

    std::vector<TenantData::StoredSession*> openOf(const domain::UserId& user, Timestamp now) {
        std::vector<TenantData::StoredSession*> open;
        for (auto& [hash, stored] : data_.sessions)
            if (stored.session.user == user && !stored.endedAt && stored.session.expiresAt > now)
                open.push_back(&stored);
        return open;
    }

    TenantData& data_;
};

class InMemoryApiKeys final : public domain::ApiKeys {
public:
    explicit InMemoryApiKeys(TenantData& data) : data_(data) {}

    std::vector<std::optional<domain::OwnedKeys>> listActive(const std::vector<domain::UserId>& users) const override {
        std::vector<std::optional<domain::OwnedKeys>> lists;
        for (const auto& user : users) {
            const auto found = data_.accounts.find(user);
            lists.emplace_back();
            if (found != data_.accounts.end()) lists.back() = {found->second.user, listActive(user)};
        }
        return lists;
    }

    std::vector<domain::ApiKey> listActive(const domain::UserId& user) const {
        std::vector<domain::ApiKey> live;
        for (const auto& [id, stored] : data_.keys)
            if (stored.key.user == user && !stored.deletedAt) live.push_back(stored.key);
        std::sort(live.begin(), live.end(), [](const auto& a, const auto& b) {
            return std::tie(a.createdAt, a.id) > std::tie(b.createdAt, b.id);
        });
        return live;
    }

    std::vector<domain::KeyOwner> listAllActive() const override {
        std::vector<domain::KeyOwner> all;
        for (const auto& user : usersByEmail(data_))
            for (const auto& key : listActive(user.id)) all.push_back({key, user});
        return all;
    }

    std::optional<domain::LockedUser> lockUser(const domain::UserId& user) override {
        if (!isApproved(data_, user)) return std::nullopt;
        return domain::LockedUser{listActive(user).size(), changesWholeAt(user)};
    }

    std::optional<Timestamp> changesWholeAt(const domain::UserId& user) const {
        const auto found = data_.changesWholeAt.find(user);
        return found == data_.changesWholeAt.end() ? std::nullopt : std::optional(found->second);
    }

    void setChangesWholeAt(const domain::UserId& user, Timestamp wholeAt) override {
        data_.changesWholeAt.insert_or_assign(user, wholeAt);
    }

    domain::LockedKey lock(const domain::UserId& user, const domain::ApiKeyId& id) override {
        const auto found = data_.keys.find(id);
        const bool theirs = found != data_.keys.end() && found->second.key.user == user && !found->second.deletedAt;
        if (!theirs) return {isApproved(data_, user), {}, changesWholeAt(user)};
        const auto& [key, secret, deletedAt] = found->second;
        return {isApproved(data_, user),
                domain::LockedKey::Active{key.name, key.lineage, key.generation, secret.hash, key.createdAt,
                                          key.expiresAt, key.disabled},
                changesWholeAt(user)};
    }

    bool isUsed(const secrets::OnceHash& once) const override {
        return std::any_of(data_.keys.begin(), data_.keys.end(),
                           [&](const auto& entry) { return entry.second.secret.once == once; });
    }

    std::optional<domain::ApiKey> findActiveByOnce(const secrets::OnceHash& once) const override {
        for (const auto& [id, stored] : data_.keys)
            if (stored.secret.once == once && !stored.deletedAt) return stored.key;
        return std::nullopt;
    }

    bool isLive(const TenantData::StoredKey& stored) const {
        return !stored.deletedAt && isApproved(data_, stored.key.user);
    }

    std::vector<domain::KeyByHash> findByHash(const std::vector<domain::KeyHashes>& sought) const override {
        std::vector<domain::KeyByHash> answers;
        for (const auto& hashes : sought) answers.push_back(findByHash(hashes));
        return answers;
    }

    domain::KeyByHash findByHash(const domain::KeyHashes& hashes) const {
        domain::KeyByHash found;
        for (const auto& [id, stored] : data_.keys) {
            if (stored.secret.hash != hashes.hash && stored.secret.hash != hashes.other) continue;
            if (isLive(stored))
                return {domain::FoundKey{{id, stored.key.user, stored.key.policy()}, stored.secret.pepperVersion}, {}};
            if (stored.deletedAt) found.dead = domain::DeadKey{id, stored.key.user};
        }
        return found;
    }

    std::map<int, std::size_t> countActiveByPepper() const override {
        std::map<int, std::size_t> counts;
        for (const auto& [id, stored] : data_.keys)
            if (!stored.deletedAt) ++counts[stored.secret.pepperVersion];
        return counts;
    }

    void add(const domain::ApiKey& key, const domain::KeySecret& secret) override {
        if (const auto refused = insert(key, secret)) refusal_ = refused;
    }

    void addNext(const domain::ApiKey& key, const domain::KeySecret& secret) override {
        if (insert(key, secret)) throw std::logic_error("the name is in use, or the one-time value");
    }

    // The refusal of the transaction.
    const std::optional<domain::ErrorCode>& refusal() const { return refusal_; }

    std::optional<domain::StoredKey> find(const domain::ApiKeyId& id) const override {
        const auto found = data_.keys.find(id);
        if (found == data_.keys.end()) return std::nullopt;
        return domain::StoredKey{found->second.key, found->second.deletedAt};
    }

    void end(const domain::ApiKeyId& id, const domain::LockedKey::Active&, Timestamp now) override {
        data_.keys.at(id).deletedAt = now;
    }

    void setDisabled(const domain::ApiKeyId& id, const std::optional<domain::KeyDisabling>& disabled) override {
        data_.keys.at(id).key.disabled = disabled;
    }

    void endAgain(const domain::ApiKeyId&) override {}

    void recordUses(const std::vector<Use>& uses) override {
        data_.mostUsesAtOnce = std::max(data_.mostUsesAtOnce, uses.size());
        data_.toIndex.clear();
        for (const auto& use : uses) {
            const auto found = data_.keys.find(use.key);
            if (found == data_.keys.end()) continue;
            if (use.toIndex && !found->second.key.disabled) data_.toIndex.insert(use.key);
            auto& key = found->second.key;
            auto& secret = found->second.secret;
            if (use.moved && !found->second.deletedAt && secret.pepperVersion < use.moved->pepperVersion) {
                secret.hash = use.moved->hash;
                secret.pepperVersion = use.moved->pepperVersion;
            }
            key.uses += use.count;
            if (key.lastUsedAt && *key.lastUsedAt > use.at) continue;
            key.lastUsedAt = use.at;
            key.lastCaller = use.caller;
        }
    }

private:
    std::optional<domain::ErrorCode> insert(const domain::ApiKey& key, const domain::KeySecret& secret) {
        for (const auto& other : listActive(key.user))
            if (other.name == key.name) return domain::ErrorCode::kNameTaken;
        if (secret.once && isUsed(*secret.once)) return domain::ErrorCode::kAlreadyShown;
        data_.keys.insert({key.id, {key, secret, {}}});
        return std::nullopt;
    }

    TenantData& data_;
    std::optional<domain::ErrorCode> refusal_;
};

class InMemoryAuditLog final : public domain::AuditLog {
public:
    explicit InMemoryAuditLog(TenantData& data) : data_(data) {}

    void add(const domain::AuditEvent& event) override { data_.audit.push_back(event); }

private:
    TenantData& data_;
};

class InMemoryLoginAttempts final : public domain::LoginAttempts {
public:
    explicit InMemoryLoginAttempts(TenantData& data) : data_(data) {}

    std::optional<Timestamp> nthNewest(const secrets::BudgetHash& budget, std::size_t n,
                                       const domain::Period& period) const override {
        std::vector<Timestamp> times;
        for (const auto& attempt : data_.attempts)
            if (attempt.budget == budget && attempt.at >= period.from && attempt.at <= period.to)
                times.push_back(attempt.at);
        if (times.size() < n) return std::nullopt;
        std::sort(times.begin(), times.end(), std::greater<>());
        return times[n - 1];
    }

    void add(const secrets::BudgetHash& budget, Timestamp at) override {
        checkPart(data_, TenantData::Part::kLoginAttempts);
        data_.attempts.push_back({budget, at});
    }

    void takeBack(const secrets::BudgetHash& budget, Timestamp at) override {
        const auto found = std::find_if(data_.attempts.begin(), data_.attempts.end(), [&](const auto& attempt) {
            return attempt.budget == budget && attempt.at == at;
        });
        if (found != data_.attempts.end()) data_.attempts.erase(found);
    }

    std::size_t remove(const secrets::BudgetHash& budget, Timestamp from) override {
        return std::erase_if(data_.attempts,
                             [&](const auto& attempt) { return attempt.budget == budget && attempt.at >= from; });
    }

    void clearAway(const domain::Period& kept, std::size_t most) override {
        checkPart(data_, TenantData::Part::kClearingAway);
        auto& all = data_.attempts;
        std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
        const auto before = std::count_if(all.begin(), all.end(), [&](const auto& a) { return a.at < kept.from; });
        const auto after = std::count_if(all.begin(), all.end(), [&](const auto& a) { return a.at > kept.to; });
        const auto limit = static_cast<std::ptrdiff_t>(most);
        all.erase(all.end() - std::min(after, limit), all.end());
        all.erase(all.begin(), all.begin() + std::min(before, limit));
    }

private:
    TenantData& data_;
};

class InMemoryKnownDevices final : public domain::KnownDevices {
public:
    explicit InMemoryKnownDevices(TenantData& data) : data_(data) {}

    bool knows(const domain::UserId& user, const secrets::DeviceHash& device, Timestamp now) const override {
        const auto found = data_.devices.find({user, device});
        return found != data_.devices.end() && isKnown(found->second, now);
    }

    std::vector<secrets::DeviceHash> list(const domain::UserId& user) const override {
        auto all = byLastUse(user);
        if (all.size() > domain::kMostKnownDevices) all.erase(all.begin() + domain::kMostKnownDevices, all.end());
        return all;
    }

    void add(const domain::UserId& user, const secrets::DeviceHash& device, Timestamp now) override {
        data_.devices.insert_or_assign({user, device}, now);
        std::erase_if(data_.devices,
                      [&](const auto& entry) { return entry.first.first == user && !isKnown(entry.second, now); });
        auto others = byLastUse(user);
        std::erase(others, device);
        for (std::size_t i = domain::kMostKnownDevices - 1; i < others.size(); ++i)
            data_.devices.erase({user, others[i]});
    }

    void removeAllOf(const domain::UserId& user) override {
        std::erase_if(data_.devices, [&](const auto& entry) { return entry.first.first == user; });
    }

private:
    static bool isKnown(Timestamp lastUse, Timestamp now) {
        return lastUse >= now - domain::kDeviceIdleLimit && lastUse <= now + domain::kClockTolerance;
    }

    std::vector<secrets::DeviceHash> byLastUse(const domain::UserId& user) const {
        std::vector<std::pair<Timestamp, secrets::DeviceHash>> uses;
        for (const auto& [device, lastUse] : data_.devices)
            if (device.first == user) uses.emplace_back(lastUse, device.second);
        std::sort(uses.begin(), uses.end(), std::greater<>());
        std::vector<secrets::DeviceHash> hashes;
        for (const auto& use : uses) hashes.push_back(use.second);
        return hashes;
    }

    TenantData& data_;
};

}  // namespace

struct InMemoryTables::Tables {
    explicit Tables(TenantData& data)
        : users(data), sessions(data), apiKeys(data), audit(data), loginAttempts(data), knownDevices(data) {}

    InMemoryUsers users;
    InMemorySessions sessions;
    InMemoryApiKeys apiKeys;
    InMemoryAuditLog audit;
    InMemoryLoginAttempts loginAttempts;
    InMemoryKnownDevices knownDevices;
};

InMemoryTables::InMemoryTables(TenantData& data) : tables_(std::make_unique<Tables>(data)) {}

InMemoryTables::~InMemoryTables() = default;

domain::Users& InMemoryTables::users() {
    return tables_->users;
}
domain::Sessions& InMemoryTables::sessions() {
    return tables_->sessions;
}
domain::ApiKeys& InMemoryTables::apiKeys() {
    return tables_->apiKeys;
}
domain::AuditLog& InMemoryTables::audit() {
    return tables_->audit;
}
domain::LoginAttempts& InMemoryTables::loginAttempts() {
    return tables_->loginAttempts;
}
domain::KnownDevices& InMemoryTables::knownDevices() {
    return tables_->knownDevices;
}

const std::optional<domain::ErrorCode>& InMemoryTables::refusal() const {
    return tables_->apiKeys.refusal();
}

}  // namespace claviger::tests
