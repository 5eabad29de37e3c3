#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "domain/keys/api_key.h"

namespace claviger::fcgi {

class Templates;

// What the pages show. A view struct goes in, HTML comes out: no rule, no query and no clock in a template.

// Around every page of a signed-in person.
struct Chrome {
    std::string tenantName;
    std::string email;
    std::string user;  // whose page it is: an action of it is refused once somebody else is signed in
    std::string csrf;  // the token of this session's forms
};

struct LoginPage {
    std::string tenantName;
    std::string csrf;
    std::string callbackUrl;
    std::string email;  // as typed before
    std::string error;  // empty: none
    bool sessionEnded;  // a form was sent with a session that had ended meanwhile
};

struct KeysPage {
    Chrome chrome;
    std::vector<domain::ApiKey> keys;  // newest first
    std::string search;                // empty: show all
    std::size_t limit;                 // of live keys
    std::string meUrl;                 // of this host's /v1/me, for the ready curl line
};

struct NewKeyPage {
    Chrome chrome;
    std::string once;
    std::string name;   // as typed before
    std::string error;  // empty: none
};

enum class Reveal { kCreated, kRegenerated };

struct RevealPage {
    Chrome chrome;
    Reveal reveal;
    std::string name;
    std::string fullKey;  // in this page and nowhere else
    std::string meUrl;
};

// A form was sent again whose key was shown in full before.
struct AlreadyShownPage {
    Chrome chrome;
    std::optional<domain::ApiKey> key;  // that key, while it lives
};

struct ConfirmPage {
    Chrome chrome;
    std::string once;
    domain::ApiKey key;
    std::string error;  // empty: none
};

struct ErrorPage {
    int status;
    std::string text;
    std::string requestId;
};

// The pages of templates/, loaded and checked at construction and frozen then. Thread-safe.
class Pages {
public:
    // Throws std::runtime_error, naming the template, if one is missing or broken.
    explicit Pages(const std::filesystem::path& templatesFolder);
    ~Pages();

    std::string login(const LoginPage&) const;
    std::string keys(const KeysPage&) const;
    std::string newKey(const NewKeyPage&) const;
    std::string reveal(const RevealPage&) const;
    std::string alreadyShown(const AlreadyShownPage&) const;
    std::string confirm(const ConfirmPage&) const;
    std::string error(const ErrorPage&) const;

private:
    std::unique_ptr<Templates> templates_;
};

}  // namespace claviger::fcgi
