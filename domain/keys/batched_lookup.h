#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "domain/base/batches.h"
#include "domain/ports/tenant/tenant_stores.h"

namespace claviger::domain {

// Concurrent lookups in tenants' tables, in batches of one tenant (Batches). Thread-safe.
template <class Question, class Answer>
class BatchedLookup {
public:
    // Runs the query of a batch. Must return one result per lookup, in their order. Gets at least one lookup. May be
    // called again for the same batch (TenantStores::read).
    using Ask = std::function<std::vector<Answer>(const TenantStore&, const std::vector<Question>&)>;

    BatchedLookup(const TenantStores& stores, Ask ask)  // the stores must outlive this
        : stores_(stores), ask_(std::move(ask)) {}

    // Returns the result of one lookup. Blocks, and throws, as Batches::ask().
    Answer ask(const Tenant& tenant, const Question& question) {
        return batches_.ask(tenant.id, question, [&](const std::vector<Question>& questions) {
            return stores_.read(tenant, [&](const TenantStore& store) { return ask_(store, questions); });
        });
    }

private:
    const TenantStores& stores_;
    const Ask ask_;
    Batches<TenantId, Question, Answer, HashOfId> batches_;
};

}  // namespace claviger::domain
