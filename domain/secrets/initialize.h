#pragma once

namespace claviger::domain::secrets {

// First thing in main, before any thread: readies libsodium, and keeps OpenSSL initialised for the whole
// process (Poco's engines un-initialise it when the last one dies, which crashes the other threads).
// Throws std::runtime_error if the system gives no randomness.
void initialize();

}  // namespace claviger::domain::secrets
