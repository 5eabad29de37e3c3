#pragma once

namespace claviger::domain {

// The state of the database that the workers write to.
struct WriterState {
    bool takesWrites;
    bool hasSchema;  // there is no tenant yet, or one whose schema this release can work on
};

class WriterProbe {
public:
    virtual ~WriterProbe() = default;

    // As it is now. Throws StorageUnavailable where no answer comes, and any other exception where the control schema
    // is not what this release needs. Thread-safe.
    virtual WriterState look() const = 0;
};

}  // namespace claviger::domain
