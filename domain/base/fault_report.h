#pragma once

#include <string>

namespace claviger::domain {

// Receives the failures and successes of a component that keeps running. So a log can show when a fault begins and when
// it ends. Thread-safe. Throws nothing.
class FaultReport {
public:
    virtual ~FaultReport() = default;

    virtual void failed(const std::string& cause) = 0;

    // The component works. Call this after each success: it costs next to nothing while there was no failure.
    virtual void worked() = 0;
};

}  // namespace claviger::domain
