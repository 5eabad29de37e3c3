#pragma once

#include <condition_variable>
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
            endTurn(tenant, batch);
        }
        if (mine.failure) std::rethrow_exception(mine.failure);
        return std::move(*mine.answer);
    }

private:
    enum class State { kWaits, kAsks, kAnswered };

    struct Asker {
        explicit Asker(const Question& asked) : question(asked) {}

        const Question& question;
        std::optional<Answer> answer;
        std::exception_ptr failure;
        State state = State::kWaits;
        std::condition_variable changed;
    };
    using Askers = std::vector<Asker*>;

    // Those for whom the caller is to ask, itself among them; nobody once another thread has asked for it.
    Askers takeTurn(const Tenant& tenant, Asker& mine) {
        std::unique_lock lock(mutex_);
        const auto [waiting, first] = waiting_.try_emplace(tenant.id);
        if (first) return {&mine};
        waiting->second.push_back(&mine);
        mine.changed.wait(lock, [&] { return mine.state != State::kWaits; });
        return mine.state == State::kAsks ? std::exchange(waiting_.at(tenant.id), {}) : Askers{};
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

    void endTurn(const Tenant& tenant, const Askers& batch) {
        const bool unavailable = isUnavailable(batch.front()->failure);
        const std::lock_guard lock(mutex_);
        const auto waiting = waiting_.find(tenant.id);
        if (unavailable) {
            for (auto* asker : waiting->second) asker->failure = batch.front()->failure;
            settle(std::exchange(waiting->second, {}));
        }
        settle(batch);
        if (waiting->second.empty())
            waiting_.erase(waiting);
        else
            wake(*waiting->second.front(), State::kAsks);
    }

    static void settle(const Askers& askers) {
        for (auto* asker : askers) wake(*asker, State::kAnswered);
    }

    static void wake(Asker& asker, State state) {
        asker.state = state;
        asker.changed.notify_one();
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
    std::mutex mutex_;                                        // guards the askers, too
    std::unordered_map<TenantId, Askers, HashOfId> waiting_;  // there while somebody asks about the tenant
};

}  // namespace claviger::domain
