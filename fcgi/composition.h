#pragma once

#include <memory>
#include <string>

#include "domain/configuration/settings.h"
#include "fcgi/http/response.h"

namespace claviger::fcgi {

// Everything that a worker is made of, made once, in order of dependence.
class Composition {
public:
    // Throws domain::BadConfiguration, or std::runtime_error for a missing pepper or a broken template. The
    // database need not be there.
    explicit Composition(const domain::Settings&);
    ~Composition();  // writes what has gathered in memory

    // From request to answer: thread-safe, throws nothing. Lives as long as this object.
    const Application& application() const;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace claviger::fcgi
