#include "domain/secrets/initialize.h"

#include <Poco/Crypto/Crypto.h>
#include <sodium.h>

#include <stdexcept>

namespace claviger::domain::secrets {

void initialize() {
    Poco::Crypto::initializeCrypto();
    if (sodium_init() < 0) throw std::runtime_error("libsodium cannot be initialised: no source of randomness");
}

}  // namespace claviger::domain::secrets
