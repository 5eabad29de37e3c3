#pragma once

#include "fcgi/handlers/calls.h"

namespace claviger::fcgi {

// The same actions as pages and forms, for a browser without JavaScript: /settings/api-keys. A POST needs the one-time
// value of its form. A second POST with that value gets 409 and makes no key. The response to a regeneration is sent
// only once the old key is revoked on every host. Thread-safe. They throw as the functions of key_api.h do.
Reply showKeys(const Services&, const PersonCall&);
Reply showNewKey(const Services&, const PersonCall&);
Reply createKeyByForm(const Services&, const PersonCall&);
Reply confirmRegenerate(const Services&, const PersonCall&);
Reply regenerateKeyByForm(const Services&, const PersonCall&);

// Both lead back to the list, once every host acts on the change. A form may be sent again: the key is so already.
Reply disableKeyByForm(const Services&, const PersonCall&);
Reply enableKeyByForm(const Services&, const PersonCall&);

Reply goToKeys(const Services&, const Call&);  // from "/" and "/settings"

}  // namespace claviger::fcgi
