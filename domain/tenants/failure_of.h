#pragma once

#include <exception>
#include <string>

#include "domain/base/contention.h"

namespace claviger::domain {

// Why `work` failed for one tenant of many; empty if it did not. A database that goes away is no tenant's fault:
// StorageUnavailable flies on, but for TransactionLost.
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
