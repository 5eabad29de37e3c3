#pragma once

#include "fcgi/handlers/calls.h"

namespace claviger::fcgi {

// The same actions as pages and forms, for a browser without JavaScript: /settings/api-keys
Reply showKeys(const Services&, const PersonCall&);
Reply showNewKey(const Services&, const PersonCall&);
Reply createKeyByForm(const Services&, const PersonCall&);
Reply confirmRegenerate(const Services&, const PersonCall&);
Reply regenerateKeyByForm(const Services&, const PersonCall&);

Reply goToKeys(const Services&, const Call&);  // from "/" and "/settings"

}  // namespace claviger::fcgi
