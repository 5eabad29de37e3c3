#pragma once

#include "domain/ports/outside/writer_probe.h"
#include "persistence/connection/connections.h"

namespace claviger::persistence {

// Checks the server with one query of the workers' account. Thread-safe.
class MySqlWriterProbe final : public domain::WriterProbe {
public:
    explicit MySqlWriterProbe(Connections& connections) : connections_(connections) {}  // must outlive this

    domain::WriterState look() const override;

private:
    Connections& connections_;
};

}  // namespace claviger::persistence
