#pragma once

#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
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
        const auto [round, place] = join(tenant, question);
        if (place == 0) lead(tenant, *round);
        std::shared_future(round->end).get();  // a copy: several threads may not share one
        return std::move(round->answers.at(place));
    }

private:
    // Questions that are asked as one. Who came first leads: it waits for its turn and asks; the others wait for the end,
    // and then each takes its own answer. Futures, since all who wait for one are woken by a single call, and need no lock
    // then that they would queue for.
    struct Round {
        explicit Round(const Question& first) : questions{first} {}

        std::vector<Question> questions;
        std::vector<Answer> answers;
        std::promise<void> turn, ended;
        const std::shared_future<void> end{ended.get_future()};
    };
    using SharedRound = std::shared_ptr<Round>;

    std::pair<SharedRound, std::size_t> join(const Tenant& tenant, const Question& question) {
        const std::lock_guard lock(mutex_);
        const auto open = open_.find(tenant.id);
        if (open != open_.end() && open->second) {
            auto& questions = open->second->questions;
            questions.push_back(question);
            return {open->second, questions.size() - 1};
        }
        const auto round = std::make_shared<Round>(question);
        if (open == open_.end()) round->turn.set_value();
        open_.insert_or_assign(tenant.id, round);
        return {round, 0};
    }

    // The next is woken last: the longer it takes until it asks, the more have gathered.
    void lead(const Tenant& tenant, Round& round) {
        round.turn.get_future().get();
        close(tenant);
        try {
            round.answers = stores_.read(tenant, [&](const TenantStore& store) { return ask_(store, round.questions); });
            round.ended.set_value();
        } catch (...) {
            fail(tenant, round, std::current_exception());
        }
        if (const auto next = nextRound(tenant)) next->turn.set_value();
    }

    void fail(const Tenant& tenant, Round& round, const std::exception_ptr& failure) {
        round.ended.set_exception(failure);
        if (!isUnavailable(failure)) return;
        if (const auto gathered = close(tenant)) {
            gathered->turn.set_exception(failure);
            gathered->ended.set_exception(failure);
        }
    }

    // Whoever comes from now on is asked for in another round. Gives the one that was open.
    SharedRound close(const Tenant& tenant) {
        const std::lock_guard lock(mutex_);
        return std::exchange(open_.at(tenant.id), nullptr);
    }

    SharedRound nextRound(const Tenant& tenant) {
        const std::lock_guard lock(mutex_);
        const auto open = open_.find(tenant.id);
        if (!open->second) {
            open_.erase(open);
            return nullptr;
        }
        return open->second;
    }

    static bool isUnavailable(const std::exception_ptr& failure) {
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
    // That may still be joined. Somebody asks about each tenant that is in here.
    std::unordered_map<TenantId, SharedRound, HashOfId> open_;
};

}  // namespace claviger::domain
