#pragma once

#include <exception>
#include <string>

#include "domain/base/contention.h"

namespace claviger::domain {

// Runs `work` for one tenant of many. Returns the text of its exception, or an empty text if there was none. Rethrows
// StorageUnavailable, because then the database is gone for all tenants. TransactionLost is not rethrown.
template <class Work>
std::string failureOf(const Work& work) {
    try {
        work();
    } catch (const TransactionLost& lost) {
        return lost.what();
    } catch (const StorageUnavailable&) {
        throw;
    } catch (const std::exception& failure) {
        return failure.what();
    }
    return {};
}

}  // namespace claviger::domain
