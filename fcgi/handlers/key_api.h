#pragma once

#include "fcgi/handlers/calls.h"

namespace claviger::fcgi {

// The JSON API of the signed-in browser: /api/api-keys
Reply listApiKeys(const Services&, const PersonCall&);
Reply createApiKey(const Services&, const PersonCall&);
Reply regenerateApiKey(const Services&, const PersonCall&);

}  // namespace claviger::fcgi
