#pragma once

#include <string>

namespace claviger::domain {

// Receives the failures and successes of a part that goes on working. A log can then say when a fault begins and when
// it is over. Thread-safe; throws nothing.
class FaultReport {
public:
    virtual ~FaultReport() = default;

    virtual void failed(const std::string& cause) = 0;

    // The part works. To be called after each success: it costs next to nothing while nothing has failed.
    virtual void worked() = 0;
};

}  // namespace claviger::domain
