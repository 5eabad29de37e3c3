#pragma once

#include "domain/ports/control/password_sealing.h"
#include "persistence/connection/connections.h"

namespace claviger::persistence {

// The control schema's table password_sealing, and the column of `nodes` that shows whether a host opens sealed
// passwords. With the tool's account. Thread-safe.
class MySqlPasswordSealing final : public domain::PasswordSealing {
public:
    explicit MySqlPasswordSealing(Connections& connections) : connections_(connections) {}  // must outlive this

    bool isOn() const override;
    void turnOn(domain::Timestamp now) override;
    std::size_t hostsWithoutSeal() const override;
    std::optional<int> differingPepper(const std::map<int, std::string>& own) const override;

private:
    Connections& connections_;
};

}  // namespace claviger::persistence
