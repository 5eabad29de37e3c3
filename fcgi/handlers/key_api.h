#pragma once

#include "fcgi/handlers/calls.h"

namespace claviger::fcgi {

// The JSON API of the signed-in browser: /api/api-keys. The response to a change is sent only once every host acts on
// it. Thread-safe. Each throws StorageUnavailable, and a change also OutcomeUnknown. The dispatcher turns both into a
// 503.
Reply listApiKeys(const Services&, const PersonCall&);
Reply createApiKey(const Services&, const PersonCall&);
Reply regenerateApiKey(const Services&, const PersonCall&);
Reply disableApiKey(const Services&, const PersonCall&);
Reply enableApiKey(const Services&, const PersonCall&);

}  // namespace claviger::fcgi
