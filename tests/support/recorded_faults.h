#pragma once

#include <atomic>

#include "domain/base/fault_report.h"

namespace claviger::tests {

// Counts the reported failures and successes. Thread-safe.
struct RecordedFaults final : domain::FaultReport {
    void failed(const std::string&) override { ++failures; }
    void worked() override { ++successes; }

    std::atomic<int> failures{0}, successes{0};
};

}  // namespace claviger::tests
