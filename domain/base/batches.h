#pragma once

#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

#include "domain/base/error.h"

namespace claviger::domain {

// Batches concurrent lookups of a group. At most one batch per group is running. Lookups that arrive in that time form
// the next batch, which runs as one query on the thread of its first lookup. So the database serves many lookups per
// query under load, and a lookup that finds no batch running starts at once. The query of each batch starts after all
// of its lookups have arrived, so no result is older than its lookup. Thread-safe.
template <class Group, class Question, class Answer, class Hash = std::hash<Group>>
class Batches {
public:
    // Runs the query of a batch. Must return one result per lookup, in their order. Gets at least one lookup.
    using Run = std::function<std::vector<Answer>(const std::vector<Question>&)>;

    Batches() = default;
    Batches(const Batches&) = delete;
    Batches& operator=(const Batches&) = delete;

    // Returns the result of one lookup. Blocks until its batch has run, with the `run` of its first lookup. An
    // exception of the query is thrown to all lookups of its batch. If it is StorageUnavailable, it is also thrown to
    // all that wait for the next batch, which does not run: a second wait for the same failure would take twice as
    // long.
    Answer ask(const Group& group, const Question& question, const Run& run) {
        const auto [round, place] = join(group, question);
        if (place == 0) lead(group, *round, run);
        std::shared_future(round->end).get();  // a copy: several threads may not share one
        return std::move(round->answers.at(place));
    }

private:
    // One batch. The thread of its first lookup leads it: it waits for the batch's turn and runs the query. The other
    // threads wait for the end, and then each takes its own result. Uses futures, because one call wakes all threads
    // that wait for a future, and they need no lock that they would queue for.
    struct Round {
        explicit Round(const Question& first) : questions{first} {}

        std::vector<Question> questions;
        std::vector<Answer> answers;
        std::promise<void> turn, ended;
        const std::shared_future<void> end{ended.get_future()};
    };
    using SharedRound = std::shared_ptr<Round>;

    std::pair<SharedRound, std::size_t> join(const Group& group, const Question& question) {
        const std::lock_guard lock(mutex_);
        const auto open = open_.find(group);
        if (open != open_.end() && open->second) {
            auto& questions = open->second->questions;
            questions.push_back(question);
            return {open->second, questions.size() - 1};
        }
        const auto round = std::make_shared<Round>(question);
        if (open == open_.end()) round->turn.set_value();
        open_.insert_or_assign(group, round);
        return {round, 0};
    }

    // Wakes the leader of the next batch last: the later its query starts, the more lookups have joined the batch.
    void lead(const Group& group, Round& round, const Run& run) {
        round.turn.get_future().get();
        close(group);
        try {
            round.answers = run(round.questions);
            round.ended.set_value();
        } catch (...) {
            fail(group, round, std::current_exception());
        }
        if (const auto next = nextRound(group)) next->turn.set_value();
    }

    void fail(const Group& group, Round& round, const std::exception_ptr& failure) {
        round.ended.set_exception(failure);
        if (!isUnavailable(failure)) return;
        if (const auto gathered = close(group)) {
            gathered->turn.set_exception(failure);
            gathered->ended.set_exception(failure);
        }
    }

    // Closes the open batch of the group and returns it; nullptr if none is open. Later lookups join another batch.
    SharedRound close(const Group& group) {
        const std::lock_guard lock(mutex_);
        return std::exchange(open_.at(group), nullptr);
    }

    SharedRound nextRound(const Group& group) {
        const std::lock_guard lock(mutex_);
        const auto open = open_.find(group);
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

    std::mutex mutex_;
    // The batches that lookups may still join. A group has an entry while it has any batch; the entry is nullptr while
    // no batch is open.
    std::unordered_map<Group, SharedRound, Hash> open_;
};

}  // namespace claviger::domain
