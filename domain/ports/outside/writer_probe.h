#pragma once

namespace claviger::domain {

// The state of the database server that the workers write to.
struct WriterState {
    bool takesWrites;
    bool hasSchema;  // true if this release can use the schema of some tenant, or if there is no tenant yet
};

class WriterProbe {
public:
    virtual ~WriterProbe() = default;

    // Queries the current state. Throws StorageUnavailable if the database does not answer, and another exception if
    // the control schema is not the one that this release needs. Thread-safe.
    virtual WriterState look() const = 0;
};

}  // namespace claviger::domain
