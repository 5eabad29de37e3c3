#pragma once

#include <semaphore.h>

#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "domain/stores/tenant_stores.h"

namespace claviger::domain {

// Asks a tenant's tables once for many threads. While one thread waits for its answer, the others with such a question
// about the same tenant gather, and the next of them asks for all: under load the database answers many at a time, and
// a thread that is alone waits for nobody. No answer is older than its question: who came too late to be asked for is
// asked for in the next one. Thread-safe.
template <class Question, class Answer>
class Gathering {
public:
    // Gives an answer to each of the questions, at least one, in their order.
    using Ask = std::function<std::vector<Answer>(const TenantStore&, const std::vector<Question>&)>;

    Gathering(const TenantStores& stores, Ask ask)  // the stores must outlive this
        : stores_(stores), ask_(std::move(ask)) {}
    Gathering(const Gathering&) = delete;
    Gathering& operator=(const Gathering&) = delete;

    // Throws StorageUnavailable, also where what was asked shortly before has failed: to wait for the next question to
    // fail as well would take twice as long.
    Answer ask(const Tenant& tenant, const Question& question) {
        Asker mine(question);
        if (const auto batch = takeTurn(tenant, mine); !batch.empty()) {
            askFor(tenant, batch);
            endTurn(tenant, mine, batch);
        }
        if (mine.failure) std::rethrow_exception(mine.failure);
        return std::move(*mine.answer);
    }

private:
    // What one thread waits for and another gives, once. Not a condition variable: who wakes needs no lock, which all that
    // wake at once would otherwise queue for, and may destroy it at once, as sem_post(3) allows.
    class Signal {
    public:
        Signal() { ::sem_init(&semaphore_, 0, 0); }
        ~Signal() { ::sem_destroy(&semaphore_); }
        Signal(const Signal&) = delete;
        Signal& operator=(const Signal&) = delete;

        void give() { ::sem_post(&semaphore_); }
        void wait() {
            while (::sem_wait(&semaphore_) != 0) {  // EINTR
            }
        }

    private:
        sem_t semaphore_;
    };

    struct Asker {
        explicit Asker(const Question& asked) : question(asked) {}

        const Question& question;
        std::optional<Answer> answer;
        std::exception_ptr failure;
        bool asks = false;  // for itself and for all who have come since
        Signal woken;
    };
    using Askers = std::vector<Asker*>;

    // Those for whom the caller is to ask, itself among them; nobody once another thread has asked for it.
    Askers takeTurn(const Tenant& tenant, Asker& mine) {
        {
            const std::lock_guard lock(mutex_);
            const auto [waiting, first] = waiting_.try_emplace(tenant.id);
            if (first) return {&mine};
            waiting->second.push_back(&mine);
        }
        mine.woken.wait();
        if (!mine.asks) return {};
        const std::lock_guard lock(mutex_);
        return std::exchange(waiting_.at(tenant.id), {});
    }

    void askFor(const Tenant& tenant, const Askers& batch) const noexcept {
        try {
            std::vector<Question> questions;
            questions.reserve(batch.size());
            for (const auto* asker : batch) questions.push_back(asker->question);
            auto answers = stores_.read(tenant, [&](const TenantStore& store) { return ask_(store, questions); });
            for (std::size_t i = 0; i < batch.size(); ++i) batch[i]->answer = std::move(answers.at(i));
        } catch (...) {
            for (auto* asker : batch) asker->failure = std::current_exception();
        }
    }

    // Whoever is woken is gone at once. The next to ask is woken last: the longer it takes, the more have gathered.
    void endTurn(const Tenant& tenant, const Asker& mine, const Askers& batch) {
        const auto failed = isUnavailable(mine.failure) ? giveUp(tenant) : Askers{};
        for (auto* asker : failed) {
            asker->failure = mine.failure;
            asker->woken.give();
        }
        for (auto* asker : batch)
            if (asker != &mine) asker->woken.give();
        if (auto* next = nextAsker(tenant)) {
            next->asks = true;
            next->woken.give();
        }
    }

    Askers giveUp(const Tenant& tenant) {
        const std::lock_guard lock(mutex_);
        return std::exchange(waiting_.at(tenant.id), {});
    }

    Asker* nextAsker(const Tenant& tenant) {
        const std::lock_guard lock(mutex_);
        const auto waiting = waiting_.find(tenant.id);
        if (!waiting->second.empty()) return waiting->second.front();
        waiting_.erase(waiting);
        return nullptr;
    }

    static bool isUnavailable(const std::exception_ptr& failure) {
        if (!failure) return false;
        try {
            std::rethrow_exception(failure);
        } catch (const StorageUnavailable&) {
            return true;
        } catch (...) {
            return false;
        }
    }

    const TenantStores& stores_;
    const Ask ask_;
    std::mutex mutex_;
    std::unordered_map<TenantId, Askers, HashOfId> waiting_;  // there while somebody asks about the tenant
};

}  // namespace claviger::domain
