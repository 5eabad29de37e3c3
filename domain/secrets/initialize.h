#pragma once

namespace claviger::domain::secrets {

// Initialises libsodium, and keeps OpenSSL initialised for the whole process. Call it first in main, before any thread
// starts. (Poco un-initialises OpenSSL when the last of its engines is destroyed, which crashes the other threads.)
// Throws std::runtime_error if the system provides no randomness.
void initialize();

}  // namespace claviger::domain::secrets
